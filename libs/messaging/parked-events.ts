import type { EntityManager } from 'typeorm'
import type { DomainEvent, Stream } from '#libs/contracts'
import type { Bound } from '#libs/database'

/** A parked event, as shown to an operator: without its data. */
export interface ParkedEventSummary {
  readonly eventId: string
  readonly consumer: string
  readonly type: string
  readonly version: number
  readonly key: string
  readonly parkedAt: Date
  readonly attempts: number
  readonly error: string
}

const PARKED_KEYS = `select key from parked_event where consumer = $1 and key = any($2::text[])`

/**
 * The dead letters of a consumer. While an event of a key is parked, the later events of the key are parked behind
 * it, so that a replay finds them in order.
 */
export class ParkedEvents {
  constructor(private readonly consumer: string) {}

  async park(tx: EntityManager, events: readonly DomainEvent[], error: unknown): Promise<void> {
    for (const event of events) {
      await tx.query(
        `insert into parked_event (consumer, event_id, stream, type, version, key, time, trace, data, error)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         on conflict (consumer, event_id) do nothing`,
        [
          this.consumer,
          event.id,
          event.stream,
          event.type,
          event.version,
          event.key,
          event.time,
          event.trace,
          JSON.stringify(event.data),
          describe(error),
        ],
      )
    }
  }

  /** Asks for the keys of `events` that have parked events. */
  asking(events: readonly DomainEvent[]): Bound {
    return { name: 'parked keys', text: PARKED_KEYS, values: [this.consumer, keysOf(events)] }
  }

  /** The keys of `events` that have parked events, locked so that a replay of them can't end meanwhile. */
  async lockKeys(tx: EntityManager, events: readonly DomainEvent[]): Promise<Set<string>> {
    const locked: { key: string }[] = await tx.query(`${PARKED_KEYS} for share`, [this.consumer, keysOf(events)])
    return new Set(locked.map((row) => row.key))
  }

  /** Every key with parked events, the longest waiting first. */
  async keys(tx: EntityManager): Promise<string[]> {
    const rows: { key: string }[] = await tx.query(
      `select key from parked_event where consumer = $1 group by key order by min(seq)`,
      [this.consumer],
    )
    return rows.map((row) => row.key)
  }

  async count(tx: EntityManager): Promise<number> {
    const [row] = await tx.query(`select count(*)::int as count from parked_event where consumer = $1`, [this.consumer])
    return row.count
  }

  async list(tx: EntityManager, limit: number): Promise<ParkedEventSummary[]> {
    return tx.query(
      `select event_id as "eventId", consumer, type, version, key, parked_at as "parkedAt", attempts, error
       from parked_event where consumer = $1 order by seq limit $2`,
      [this.consumer, limit],
    )
  }

  /** Locks the first parked event of a key and returns it. */
  async lockFirst(tx: EntityManager, key: string): Promise<DomainEvent | undefined> {
    const [row] = await tx.query(
      `select event_id, stream, type, version, key, time, trace, data from parked_event
       where consumer = $1 and key = $2 order by seq limit 1 for update`,
      [this.consumer, key],
    )
    if (!row) return undefined
    const { event_id: id, stream, type, version, time, trace, data } = row
    return { id, stream: stream as Stream, type, version, key, time, trace, data }
  }

  async remove(tx: EntityManager, eventId: string): Promise<void> {
    await tx.query(`delete from parked_event where consumer = $1 and event_id = $2`, [this.consumer, eventId])
  }

  async failedAgain(tx: EntityManager, eventId: string, error: unknown): Promise<void> {
    await tx.query(
      `update parked_event set attempts = attempts + 1, error = $3 where consumer = $1 and event_id = $2`,
      [this.consumer, eventId, describe(error)],
    )
  }
}

function describe(error: unknown): string {
  return String(error instanceof Error ? `${error.name}: ${error.message}` : error).slice(0, 2_000)
}

function keysOf(events: readonly DomainEvent[]): string[] {
  return [...new Set(events.map((event) => event.key))]
}
