import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DataSource, EntityManager } from 'typeorm'
import { isDatabaseOutage } from '#libs/database'
import { Stopped } from './event-consumer.ts'
import type { EventLog, LoggedEvent, Position } from './event-log.ts'
import { Fenced, PartitionOwnership } from './partition-ownership.ts'

export interface SubscriptionTiming {
  /** Events handled together at most. */
  readonly batchSize: number
  /** Longest pause between two looks at a quiet log; appends of the same process wake the reader at once. */
  readonly idleMs: number
  /** After this time without a sign of life, other processes take over. */
  readonly leaseMs: number
}

export const defaultTiming: SubscriptionTiming = { batchSize: 1_000, idleMs: 250, leaseMs: 6_000 }

const SHORTEST_PAUSE_MS = 5
const OUTAGE_PAUSE_MS = 1_000

/** Does something with events, and calls `settle` in the transaction that makes it final. */
export type Deliver = (
  events: readonly LoggedEvent[],
  settle: (tx: EntityManager) => Promise<void>,
  signal: AbortSignal,
) => Promise<void>

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
    this.running = Promise.all([this.readLoop(), this.reportLoop()]).finally(forget)
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

  private async readLoop(): Promise<void> {
    let pause = SHORTEST_PAUSE_MS
    while (!this.stopping.signal.aborted) {
      try {
        await this.balanceWhenDue()
        const found = await this.readOnce()
        pause = found ? 0 : Math.min(Math.max(pause * 2, SHORTEST_PAUSE_MS), this.timing.idleMs)
      } catch (error) {
        if (error instanceof Stopped) break
        if (error instanceof Fenced) await this.ownership.report().catch(() => {})
        else this.onFailure(this.name, error)
        pause = isDatabaseOutage(error) ? OUTAGE_PAUSE_MS : SHORTEST_PAUSE_MS
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

  /** Handles the next events of all own partitions; false when there are none. */
  private async readOnce(): Promise<boolean> {
    const owned = [...this.ownership.owned.values()]
    if (owned.length === 0) return false
    const events = await this.log.read(
      owned.map(({ position }) => position),
      Math.max(16, Math.ceil(this.timing.batchSize / owned.length)),
    )
    if (events.length === 0) return false
    const reached = [...new Map(events.map((event) => [event.position.partition, event.position])).values()]
    await this.deliver(events, (tx) => this.ownership.advance(tx, reached), this.stopping.signal)
    this.ownership.advanced(reached)
    return true
  }

  private async reportLoop(): Promise<void> {
    const { signal } = this.stopping
    while (!signal.aborted) {
      await sleep(this.timing.leaseMs / 4, undefined, { signal }).catch(() => {})
      if (!signal.aborted) await this.ownership.report().catch((error) => this.onFailure(this.name, error))
    }
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
