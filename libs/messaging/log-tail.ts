import type { LoggedEvent, Position } from './logged-event.ts'

/** What is kept of one partition at most, in events and in UTF-16 units of their data: who is further behind reads for itself. */
const KEPT_EVENTS = 250
const KEPT_LENGTH = 1024 * 1024

/**
 * The end of an event log as the readers in this process share it: an event is read from the database, and its data parsed, once
 * for all who keep up, and kept until the slowest of them has passed it.
 *
 * It holds no more than the log itself says: what follows a position there is final, since no reader passes the oldest running
 * transaction (see `EventLog`); so whatever follows what was read last can be put behind it.
 */
export class LogTail {
  private readonly runs = new Map<number, Run>()
  private readonly readers = new Set<TailReader>()
  private looking: Promise<void> | undefined
  /** Looks at the end that have begun, and that have ended: there is one at a time. */
  private begun = 0
  private ended = 0

  constructor(private readonly log: { read(after: readonly Position[], limit: number): Promise<LoggedEvent[]> }) {}

  /** A reader of its own pace, to be closed when it stops. */
  reader(): TailReader {
    const reader: TailReader = new TailReader(
      (limit) => this.read(reader.positions, limit),
      () => this.forget(reader),
    )
    this.readers.add(reader)
    return reader
  }

  private async read(positions: readonly Position[], limit: number): Promise<LoggedEvent[]> {
    this.trim()
    const enough = (limit * positions.length) / 2
    const arrived = this.begun
    for (;;) {
      if (!positions.every((position) => this.covers(position))) return this.catchUp(positions, limit)
      const known = positions.flatMap((position) => this.after(position, limit))
      if (known.length >= enough || this.ended > arrived) return known
      if (this.looking) await this.looking.catch(() => {})
      else await this.lookOnce(limit)
    }
  }

  /** For a reader that is not within what is kept: it looks for itself. */
  private async catchUp(positions: readonly Position[], limit: number): Promise<LoggedEvent[]> {
    const events = await this.log.read(positions, limit)
    this.keep(positions, events)
    return events
  }

  /** Those who come meanwhile wait for it; what it fails with is told to the first alone. */
  private async lookOnce(limit: number): Promise<void> {
    this.looking = this.look(limit)
    try {
      await this.looking
    } finally {
      this.looking = undefined
    }
  }

  /** Looks behind what was read last, for all who read these partitions. */
  private async look(limit: number): Promise<void> {
    // Those who were woken together are all here by the next tick.
    await new Promise<void>((resolve) => process.nextTick(resolve))
    this.begun += 1
    const ends = [...this.runs].flatMap(([partition, run]) => (this.isRead(partition) ? [lastOf(run)] : []))
    this.keep(ends, await this.log.read(ends, limit))
    this.ended = this.begun
  }

  private isRead(partition: number): boolean {
    return [...this.readers].some((reader) => reader.reached(partition) !== undefined)
  }

  /** Puts events behind what was read before, or starts anew where that does not follow. */
  private keep(positions: readonly Position[], events: readonly LoggedEvent[]): void {
    for (const start of positions) {
      const run = this.runs.get(start.partition)
      const fresh = events.filter(({ position }) => position.partition === start.partition)
      if (!run || compare(start, lastOf(run)) > 0) this.runs.set(start.partition, { after: start, events: fresh })
      else run.events.push(...fresh.slice(firstAfter(fresh, lastOf(run))))
    }
  }

  private after(position: Position, limit: number): LoggedEvent[] {
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
      const passed = Math.min(run.events.length, ...reached.map((position) => firstAfter(run.events, position)))
      const gone = Math.max(passed, beforeKept(run.events))
      if (gone === 0) continue
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

  /** As {@link EventLog.read}. A position says that everything up to it is done with. */
  async read(positions: readonly Position[], limit: number): Promise<LoggedEvent[]> {
    this.positions = positions
    return positions.length > 0 ? this.readOn(limit) : []
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

function lastOf({ after, events }: Run): Position {
  return events.at(-1)?.position ?? after
}

/** How many of the oldest events are too many. */
function beforeKept(events: readonly LoggedEvent[]): number {
  let first = events.length
  for (let length = 0; first > 0 && events.length - first < KEPT_EVENTS; first--) {
    length += events[first - 1]!.length
    if (length > KEPT_LENGTH) break
  }
  return first
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
