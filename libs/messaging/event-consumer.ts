import { setTimeout as sleep } from 'node:timers/promises'
import type { DataSource, EntityManager } from 'typeorm'
import { type DomainEvent, upcast } from '#libs/contracts'
import { isDatabaseOutage, lostAgainstAnother, runTogether, transact } from '#libs/database'
import type { EventContext, EventHandler, EventHandlers } from './event-context.ts'
import { inWaves } from './in-waves.ts'
import { Inbox, idsOf, type KnownRow } from './inbox.ts'
import { ParkedEvents } from './parked-events.ts'
import { Fenced } from './partition-ownership.ts'

/** Tries of a batch, and then of a single event, before the event counts as poison. */
const TRIES = 3
const FIRST_PAUSE_MS = 50
const OUTAGE_PAUSE_MS = 500

/** The type that a transport gives to a message that is no event: it is always parked, never passed over. */
export const UNREADABLE = 'unreadable'

export interface ConsumerObserver {
  /** Transactions that committed: with so many effects. */
  handled(consumer: string, events: number): void
  parked(consumer: string, event: DomainEvent, error: unknown): void
  retrying(consumer: string, error: unknown): void
}

/** A transport's claim to the events that it delivers. When it has been lost, the transaction fails with {@link Fenced}. */
export interface Claim {
  /** Stores the position behind the whole batch with the commit of the last effect. */
  settle(tx: EntityManager): void
  /** Makes sure of the claim at once, and until the transaction ends. */
  hold(tx: EntityManager): Promise<void>
}

/**
 * Delivers batches of events to the handlers of one service: the part that every transport shares.
 *
 * The effects of a batch, the inbox rows that make them happen once, and the transport's own position commit in one
 * transaction. When a batch keeps failing, its keys are tried one by one, then the events of a failing key; an event
 * that fails alone is parked, the later events of its key are parked behind it, and everything else flows on.
 */
export class EventConsumer {
  private readonly inbox: Inbox
  readonly parked: ParkedEvents

  constructor(
    readonly name: string,
    private readonly dataSource: DataSource,
    readonly handlers: EventHandlers,
    private readonly observer: ConsumerObserver,
  ) {
    this.inbox = new Inbox(name)
    this.parked = new ParkedEvents(name)
  }

  /**
   * Handles events in the order per key in which they stand. Events without a handler are passed over.
   *
   * @throws {Fenced} when the claim is lost, {@link Stopped} when `signal` ends the retries: what has committed by then
   *   is known at the next delivery. Also when the database fails while an event is being parked.
   */
  async deliver(events: readonly DomainEvent[], claim: Claim, signal?: AbortSignal): Promise<void> {
    const wanted = events.filter((event) => this.handlers.has(event.type) || event.type === UNREADABLE)
    const failure = await this.attempt(wanted, claim.settle, signal)
    if (!failure) return
    await this.narrow(wanted, failure, claim, signal)
    const unsettled = await this.attempt([], claim.settle, signal)
    if (unsettled) throw unsettled.error
  }

  /** Runs parked events of the given keys (all keys by default) again, oldest first; a key ends at its first failure. */
  async replay(keys?: readonly string[]): Promise<{ replayed: number; stillParked: number }> {
    let replayed = 0
    for (const key of keys ?? (await this.parked.keys(this.dataSource.manager))) {
      for (;;) {
        const event = await this.replayNext(key)
        if (!event) break
        replayed += 1
      }
    }
    return { replayed, stillParked: await this.parked.count(this.dataSource.manager) }
  }

  /** Handles what can be handled of events that failed together, and parks the events that fail alone. */
  private async narrow(events: readonly DomainEvent[], failure: Failure, claim: Claim, signal?: AbortSignal) {
    if (events.length === 1) return this.park(events[0]!, failure, claim)
    const keys = groupByKey(events)
    for (const part of keys.length > 1 ? keys : events.map((event) => [event])) {
      const failureOfPart = await this.attempt(part, claim.hold, signal)
      if (failureOfPart) await this.narrow(part, failureOfPart, claim, signal)
    }
  }

  private async park(event: DomainEvent, { error }: Failure, claim: Claim): Promise<void> {
    const parked = await transact(this.dataSource, async (tx) => {
      await claim.hold(tx)
      // A consumer that took over may have had more luck with the event.
      const known = await this.inbox.known(tx, [event])
      if (known.has(event.id)) return false
      await this.parked.park(tx, [event], error)
      return true
    })
    if (parked) this.observer.parked(this.name, event, error)
  }

  /** One transaction for all events, tried a few times. Returns why it can't be done, or undefined when it is done. */
  private async attempt(
    events: readonly DomainEvent[],
    finish: (tx: EntityManager) => Promise<void> | void,
    signal?: AbortSignal,
  ): Promise<Failure | undefined> {
    for (let tries = 1; ; ) {
      try {
        const { handled, unreadable } = await transact(this.dataSource, async (tx) => {
          const outcome = await this.handle(tx, events)
          await finish(tx)
          return outcome
        })
        for (const [event, error] of unreadable) this.observer.parked(this.name, event, error)
        this.observer.handled(this.name, handled)
        return undefined
      } catch (error) {
        if (error instanceof Fenced) throw error
        if (signal?.aborted) throw new Stopped('delivery was stopped before its transaction committed')
        const outage = isDatabaseOutage(error)
        const passing = outage || lostAgainstAnother(error)
        if (!passing && tries === TRIES) return { error }
        if (!passing) tries += 1
        this.observer.retrying(this.name, error)
        const pause = outage ? OUTAGE_PAUSE_MS : FIRST_PAUSE_MS * (tries + Math.random())
        await sleep(pause, undefined, { signal }).catch(() => {})
      }
    }
  }

  private async handle(tx: EntityManager, events: readonly DomainEvent[]): Promise<Outcome> {
    if (events.length === 0) return { handled: 0, unreadable: [] }
    const [knownRows, parkedRows] = await runTogether<[KnownRow, object]>(tx, [
      this.inbox.asking(events),
      this.parked.asking(events),
    ])
    const known = idsOf(knownRows)
    const parkedKeys = parkedRows.length > 0 ? await this.parked.lockKeys(tx, events) : new Set<string>()
    const readable: DomainEvent[] = []
    const unreadable: [DomainEvent, unknown][] = []
    for (const event of events) {
      if (known.has(event.id)) continue
      if (parkedKeys.has(event.key)) {
        await this.parked.park(tx, [event], 'an earlier event of this key is parked')
        continue
      }
      try {
        readable.push(this.read(event))
        known.add(event.id)
      } catch (error) {
        await this.parked.park(tx, [event], error)
        parkedKeys.add(event.key)
        unreadable.push([event, error])
      }
    }
    for (const wave of inWaves(readable)) await this.call(wave, { tx, consumer: this.name })
    this.inbox.remember(tx, readable)
    return { handled: readable.length, unreadable }
  }

  private read(event: DomainEvent): DomainEvent {
    const data = upcast(event)
    return { ...event, data: this.handlerOf(event).reads.parse(data) }
  }

  private async call(wave: DomainEvent[], context: EventContext): Promise<void> {
    const handler = this.handlerOf(wave[0]!)
    if (handler.batch) return handler.call(wave, context)
    for (const event of wave) await handler.call(event, context)
  }

  private handlerOf({ type }: DomainEvent): EventHandler {
    const handler = this.handlers.get(type)
    // A parked event can outlive its handler.
    if (!handler) throw new Error(`${this.name} has no handler of ${type}`)
    return handler
  }

  private async replayNext(key: string): Promise<DomainEvent | undefined> {
    let current: DomainEvent | undefined
    try {
      return await transact(this.dataSource, async (tx) => {
        const event = await this.parked.lockFirst(tx, key)
        current = event
        if (!event) return undefined
        const known = await this.inbox.known(tx, [event])
        if (!known.has(event.id)) {
          const readable = this.read(event)
          await this.call([readable], { tx, consumer: this.name })
          this.inbox.remember(tx, [readable])
        }
        await this.parked.remove(tx, event.id)
        return event
      })
    } catch (error) {
      if (!current) throw error
      const failed = current
      await transact(this.dataSource, (tx) => this.parked.failedAgain(tx, failed.id, error))
      return undefined
    }
  }
}

interface Failure {
  readonly error: unknown
}

interface Outcome {
  readonly handled: number
  readonly unreadable: [DomainEvent, unknown][]
}

/** The transport is stopping: the events are delivered again at the next start. */
export class Stopped extends Error {
  override readonly name = 'Stopped'
}

function groupByKey(events: readonly DomainEvent[]): DomainEvent[][] {
  const groups = new Map<string, DomainEvent[]>()
  for (const event of events) {
    const group = groups.get(event.key)
    if (group) group.push(event)
    else groups.set(event.key, [event])
  }
  return [...groups.values()]
}
