import type { EventLog, LoggedEvent, Position } from './event-log.ts'

/** Events of one partition that are kept at most for readers that are behind; those further behind read for themselves. */
const KEPT_EVENTS = 250

/**
 * The end of an event log as the readers in this process share it: each event is read from the database, and its data parsed, once
 * for all of them, and kept until the slowest has passed it.
 *
 * It holds no more than the log itself says: what follows a position there is final, since no reader passes the oldest running
 * transaction (see {@link EventLog}); so whatever follows what was read last can be put behind it.
 */
export class LogTail {
  private readonly runs = new Map<number, Run>()
  private readonly readers = new Set<TailReader>()
  private reading: Promise<unknown> | undefined
  /** How many looks at the log have begun, and what the last one that ended was for. */
  private begun = 0
  private ended: Look = { number: 0, partitions: new Set() }

  constructor(private readonly log: Pick<EventLog, 'read'>) {}

  /** A reader of its own pace, to be closed when it stops. */
  reader(): TailReader {
    const reader: TailReader = new TailReader(
      (limit) => this.read(reader, limit),
      () => this.forget(reader),
    )
    this.readers.add(reader)
    return reader
  }

  private async read(reader: TailReader, limit: number): Promise<LoggedEvent[]> {
    this.trim()
    const { positions } = reader
    const enough = (limit * positions.length) / 2
    const arrived = this.begun
    for (;;) {
      if (!positions.every((position) => this.covers(position))) return this.catchUp(positions, limit)
      const known = positions.flatMap((position) => this.after(position, limit))
      if (known.length >= enough || this.lookedSince(arrived, positions)) return known
      if (this.reading) await this.reading.catch(() => {})
      else
        await this.look(
          positions.map((position) => this.endOf(position)),
          limit,
        )
    }
  }

  /** For a reader that is not within what is kept: it looks for itself where that is so. */
  private async catchUp(positions: readonly Position[], limit: number): Promise<LoggedEvent[]> {
    const behind = new Set(positions.filter((position) => !this.covers(position)))
    const from = positions.map((position) => (behind.has(position) ? position : this.endOf(position)))
    const events = await this.look(from, limit)
    return positions.flatMap((position) =>
      behind.has(position)
        ? events.filter(({ position: { partition } }) => partition === position.partition)
        : this.after(position, limit),
    )
  }

  /** Whether a look at these partitions has begun and ended since so many had begun. */
  private lookedSince(begun: number, positions: readonly Position[]): boolean {
    const { number, partitions } = this.ended
    return number > begun && positions.every(({ partition }) => partitions.has(partition))
  }

  private endOf({ partition }: Position): Position {
    return lastOf(this.runs.get(partition)!)
  }

  private async look(positions: readonly Position[], limit: number): Promise<LoggedEvent[]> {
    this.begun += 1
    const number = this.begun
    const reading = this.log.read(positions, limit)
    this.reading = reading
    try {
      const events = await reading
      this.keep(positions, events)
      this.ended = { number, partitions: new Set(positions.map(({ partition }) => partition)) }
      return events
    } finally {
      if (this.reading === reading) this.reading = undefined
    }
  }

  /** Puts events behind what was read before, or starts anew where that does not follow. */
  private keep(positions: readonly Position[], events: readonly LoggedEvent[]): void {
    for (const start of positions) {
      const run = this.runs.get(start.partition)
      const fresh = events.filter(({ position }) => position.partition === start.partition)
      if (run && compare(start, lastOf(run)) === 0) run.events.push(...fresh)
      else if (!run || compare(start, lastOf(run)) > 0) this.runs.set(start.partition, { after: start, events: fresh })
    }
  }

  private after(position: Position, limit: number): LoggedEvent[] {
    if (!this.covers(position)) return []
    const { events } = this.runs.get(position.partition)!
    const next = firstAfter(events, position)
    return events.slice(next, next + limit)
  }

  /** True when all that follows the position is kept, as far as it was read. */
  private covers(position: Position): boolean {
    const run = this.runs.get(position.partition)
    return run !== undefined && compare(run.after, position) <= 0 && compare(position, lastOf(run)) <= 0
  }

  /** Lets go of what every reader has passed, and of more where one is far behind. */
  private trim(): void {
    for (const [partition, run] of this.runs) {
      const reached = [...this.readers].flatMap((reader) => reader.reached(partition) ?? [])
      const passed = reached.map((position) => firstAfter(run.events, position))
      const gone = Math.max(Math.min(run.events.length, ...passed), run.events.length - KEPT_EVENTS)
      if (gone <= 0) continue
      run.after = run.events[gone - 1]!.position
      run.events.splice(0, gone)
    }
  }

  private forget(reader: TailReader): void {
    this.readers.delete(reader)
    if (this.readers.size === 0) this.runs.clear()
  }
}

/** Reads on from its own positions. */
export class TailReader {
  /** What it asked for last. */
  positions: readonly Position[] = []

  constructor(
    private readonly readOn: (limit: number) => Promise<LoggedEvent[]>,
    readonly close: () => void,
  ) {}

  /**
   * As {@link EventLog.read}. A position says that everything up to it is done with.
   */
  read(positions: readonly Position[], limit: number): Promise<LoggedEvent[]> {
    this.positions = positions
    return this.readOn(limit)
  }

  /** How far it came in a partition; undefined when it does not read that. */
  reached(partition: number): Position | undefined {
    return this.positions.find((position) => position.partition === partition)
  }
}

/** All that follows a position in one partition, as far as it was read. */
interface Run {
  after: Position
  readonly events: LoggedEvent[]
}

interface Look {
  readonly number: number
  readonly partitions: ReadonlySet<number>
}

function lastOf({ after, events }: Run): Position {
  return events.at(-1)?.position ?? after
}

/** Where the events begin that follow a position. */
function firstAfter(events: readonly LoggedEvent[], position: Position): number {
  let [from, to] = [0, events.length]
  while (from < to) {
    const middle = (from + to) >> 1
    if (compare(events[middle]!.position, position) <= 0) from = middle + 1
    else to = middle
  }
  return from
}

/** The order of the log, `(xid, id)`: of whole numbers written without leading zeros the longer one is the larger. */
function compare(a: Position, b: Position): number {
  return compareNumbers(a.xid, b.xid) || compareNumbers(a.id, b.id)
}

function compareNumbers(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length
  return a < b ? -1 : a > b ? 1 : 0
}
