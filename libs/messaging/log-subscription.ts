import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DataSource } from 'typeorm'
import { type Claim, Stopped } from './event-consumer.ts'
import type { EventLog } from './event-log.ts'
import type { TailReader } from './log-tail.ts'
import type { LoggedEvent, Position } from './logged-event.ts'
import { Fenced, PartitionOwnership } from './partition-ownership.ts'

export interface SubscriptionTiming {
  /** Events handled together at most, rounded up to the same number of each partition. */
  readonly batchSize: number
  /** Longest pause between two looks at a quiet log; appends of the same process wake the reader at once. */
  readonly idleMs: number
  /**
   * Pause after a batch that was far from full: a transaction costs much the same for one event as for a hundred, so
   * under load it pays to let some gather. The first event after a quiet time is never kept waiting.
   */
  readonly gatherMs: number
  /** After this time without a sign of life, other processes take over. */
  readonly leaseMs: number
}

export const defaultTiming: SubscriptionTiming = { batchSize: 1_000, idleMs: 250, gatherMs: 60, leaseMs: 6_000 }

const SHORTEST_PAUSE_MS = 5
const FAILURE_PAUSE_MS = 500

/** Does something with events, and settles the claim in the transaction that makes it final. */
export type Deliver = (events: readonly LoggedEvent[], claim: Claim, signal: AbortSignal) => Promise<void>

/**
 * Reads one event log for one group, in order within each partition, and remembers how far it came.
 *
 * Several processes may run the same subscription: they divide the partitions among themselves.
 */
export class LogSubscription {
  readonly name: string
  private readonly ownership: PartitionOwnership
  private readonly stopping = new AbortController()
  private running: Promise<unknown> = Promise.resolve()
  private wake: () => void = () => {}
  private appended = false
  private balancedAt = 0

  constructor(
    readonly group: string,
    readonly log: EventLog,
    /** Where the positions stand: the database that the effects go to. */
    private readonly dataSource: DataSource,
    private readonly deliver: Deliver,
    private readonly onFailure: (name: string, error: unknown) => void,
    private readonly timing: SubscriptionTiming = defaultTiming,
  ) {
    this.name = `${group}<${log.stream}`
    this.ownership = new PartitionOwnership(dataSource, this.name, randomUUID(), timing.leaseMs)
  }

  async start(): Promise<void> {
    await this.ownership.prepare()
    await this.ownership.report()
    const forget = this.log.onAppend(() => this.wakeUp())
    const reader = this.log.tail.reader()
    this.running = Promise.all([this.readLoop(reader), this.reportLoop()]).finally(() => {
      forget()
      reader.close()
    })
  }

  /** Finishes the batch at hand, gives the partitions back, and returns. */
  async stop(): Promise<void> {
    this.stopping.abort()
    this.wakeUp()
    await this.running
    await this.ownership.leave().catch((error) => this.onFailure(this.name, error))
  }

  /** Positions of all partitions, whoever owns them: for lag. */
  async positions(): Promise<Position[]> {
    return this.dataSource.query(`select partition, xid::text, id::text, day::text from subscription where name = $1`, [
      this.name,
    ])
  }

  private async readLoop(reader: TailReader): Promise<void> {
    let pause = SHORTEST_PAUSE_MS
    while (!this.stopping.signal.aborted) {
      try {
        await this.balanceWhenDue()
        const found = await this.readOnce(reader)
        pause = found > 0 ? 0 : Math.min(Math.max(pause * 2, SHORTEST_PAUSE_MS), this.timing.idleMs)
        if (found > 0 && found < this.timing.batchSize / 2) await this.rest(this.timing.gatherMs)
      } catch (error) {
        if (error instanceof Stopped) break
        this.onFailure(this.name, error)
        pause = 0
        if (error instanceof Fenced) await this.ownership.report().catch(() => {})
        else await this.rest(FAILURE_PAUSE_MS)
      }
      if (pause > 0 && (await this.nap(pause))) pause = SHORTEST_PAUSE_MS
    }
  }

  private async balanceWhenDue(): Promise<void> {
    const now = performance.now()
    if (this.balancedAt && now - this.balancedAt < this.timing.leaseMs / 4) return
    await this.ownership.balance()
    this.balancedAt = now
  }

  /** Handles the next events of all own partitions, and tells how many there were. */
  private async readOnce(reader: TailReader): Promise<number> {
    const owned = [...this.ownership.owned.values()]
    const events = await reader.read(
      owned.map(({ position }) => position),
      Math.ceil(this.timing.batchSize / owned.length),
    )
    if (events.length === 0) return 0
    const reached = [...new Map(events.map((event) => [event.position.partition, event.position])).values()]
    const claim: Claim = {
      settle: (tx) => this.ownership.advance(tx, reached),
      hold: (tx) =>
        this.ownership.hold(
          tx,
          reached.map(({ partition }) => partition),
        ),
    }
    await this.deliver(events, claim, this.stopping.signal)
    this.ownership.advanced(reached)
    return events.length
  }

  private async reportLoop(): Promise<void> {
    const { signal } = this.stopping
    while (!signal.aborted) {
      await this.rest(this.timing.leaseMs / 4)
      if (!signal.aborted) await this.ownership.report().catch((error) => this.onFailure(this.name, error))
    }
  }

  /** Waits `ms`, or until the subscription stops. */
  private async rest(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.stopping.signal }).catch(() => {})
  }

  /** Waits `ms` or until this process appends to the log; true for the latter. */
  private async nap(ms: number): Promise<boolean> {
    if (!this.appended) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms)
        this.wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
      this.wake = () => {}
    }
    const woken = this.appended
    this.appended = false
    return woken
  }

  private wakeUp(): void {
    this.appended = true
    this.wake()
  }
}
