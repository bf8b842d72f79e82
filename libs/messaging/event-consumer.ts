import { setTimeout as sleep } from 'node:timers/promises'
import type { DataSource, EntityManager } from 'typeorm'
import { type DomainEvent, upcast } from '#libs/contracts'
import { isDatabaseOutage, lostAgainstAnother, transact } from '#libs/database'
import type { EventHandlers } from './event-context.ts'
import { inWaves } from './in-waves.ts'
import { Inbox } from './inbox.ts'
import { ParkedEvents } from './parked-events.ts'
import { Fenced } from './partition-ownership.ts'

/** Tries of a batch, and then of a single event, before the event counts as poison. */
const TRIES = 3
const FIRST_PAUSE_MS = 50
const OUTAGE_PAUSE_MS = 1_000

/** The type that a transport gives to a message that is no event: it is always parked, never passed over. */
export const UNREADABLE = 'unreadable'

export interface ConsumerObserver {
  handled(consumer: string, events: number): void
  parked(consumer: string, event: DomainEvent, error: unknown): void
  retrying(consumer: string, error: unknown): void
}

/**
 * Delivers batches of events to the handlers of one service: the part that every transport shares.
 *
 * The effects of a batch, the inbox rows that make them happen once, and the transport's own position commit in one
 * transaction. When a batch keeps failing, its keys are tried one by one, then the events of a failing key; an event
 * that fails alone is parked together with the later events of its key, and everything else flows on.
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
   * Handles events in the order per key in which they stand.
   *
   * @param settle writes the transport's position in the transaction of the last effect
   * @throws {Fenced} when the transport lost its claim, {@link Stopped} when `signal` ends the retries; nothing of
   *   the failing transaction is kept in both cases
   */
  async deliver(
    events: readonly DomainEvent[],
    settle: (tx: EntityManager) => Promise<void>,
    signal?: AbortSignal,
  ): Promise<void> {
    const wanted = events.filter((event) => this.handlers.has(event.type) || event.type === UNREADABLE)
    const failure = await this.attempt(wanted, settle, signal)
    if (!failure) return
    for (const ofKey of groupByKey(wanted)) await this.deliverKey(ofKey, failure, signal)
    const settling = await this.attempt([], settle, signal)
    if (settling) throw settling.error
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

  private async deliverKey(events: DomainEvent[], cause: Failure, signal?: AbortSignal): Promise<void> {
    const together = events.length > 1 ? await this.attempt(events, nothing, signal) : cause
    if (!together) return
    for (const event of events) {
      const failure = await this.attempt([event], nothing, signal)
      if (failure) {
        await transact(this.dataSource, (tx) => this.parked.park(tx, [event], failure.error))
        this.observer.parked(this.name, event, failure.error)
      }
    }
  }

  /** One transaction for all events, tried a few times. Returns why it can't be done, or undefined when it is done. */
  private async attempt(
    events: readonly DomainEvent[],
    settle: (tx: EntityManager) => Promise<void>,
    signal?: AbortSignal,
  ): Promise<Failure | undefined> {
    for (let tries = 1; ; ) {
      try {
        const unreadable = await transact(this.dataSource, async (tx) => {
          const outcome = await this.handle(tx, events)
          await settle(tx)
          return outcome
        })
        for (const [event, error] of unreadable) this.observer.parked(this.name, event, error)
        this.observer.handled(this.name, events.length)
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

  private async handle(tx: EntityManager, events: readonly DomainEvent[]): Promise<[DomainEvent, unknown][]> {
    if (events.length === 0) return []
    const known = await this.inbox.known(tx, events)
    const parkedKeys = await this.parked.lockKeys(tx, events)
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
    await this.inbox.remember(tx, readable)
    return unreadable
  }

  private read(event: DomainEvent): DomainEvent {
    const handler = this.handlers.get(event.type)
    return { ...event, data: handler?.reads.parse(upcast(event)) }
  }

  private async call(wave: DomainEvent[], context: { tx: EntityManager; consumer: string }): Promise<void> {
    const handler = this.handlers.get(wave[0]!.type)
    if (handler?.batch) return handler.call(wave, context)
    for (const event of wave) await handler?.call(event, context)
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
          await this.inbox.remember(tx, [readable])
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

/** The transport is stopping: the events are delivered again at the next start. */
export class Stopped extends Error {
  override readonly name = 'Stopped'
}

async function nothing(): Promise<void> {}

function groupByKey(events: readonly DomainEvent[]): Iterable<DomainEvent[]> {
  const groups = new Map<string, DomainEvent[]>()
  for (const event of events) {
    const group = groups.get(event.key)
    if (group) group.push(event)
    else groups.set(event.key, [event])
  }
  return groups.values()
}
