import { crc32 } from 'node:zlib'
import type { DataSource, EntityManager } from 'typeorm'
import type { DomainEvent, Stream } from '#libs/contracts'
import {
  afterCommit,
  arrayOf,
  type Closing,
  REFUSE_UNLESS,
  runClosing,
  runPrepared,
  TransactionConflict,
  transactionOf,
  withCommit,
} from '#libs/database'
import { LogTail } from './log-tail.ts'
import type { LoggedEvent, Position } from './logged-event.ts'

/** Partitions of every event log. Fixed: a key must never move to another partition. */
export const PARTITIONS = 16

/** Largest data of one event, as JSON: it has to fit into a Kafka message with its headers. */
const MAX_DATA_BYTES = 512 * 1024

/** Events of one transaction that are kept until its commit at most, and the data (UTF-16 units) for which none waits. */
const GATHERED_EVENTS = 1_000
const LARGE_DATA = 64 * 1024

/**
 * The event log of one service: a table in the service's own schema.
 *
 * Events are appended in the transaction that changes the state, and read in the order of `(xid, id)`, but never past
 * the oldest transaction that still runs: without this guard a reader would pass an event whose transaction commits
 * late, and never come back (the gap trap).
 *
 * For events of one key the order of `(xid, id)` is the order in which their transactions committed, provided that
 * writers of a key exclude each other (they lock the aggregate). A transaction that got its id before it had to wait
 * for that lock would break this, so the statement that appends notices, and it is run again.
 */
export class EventLog {
  private readonly listeners = new Set<() => void>()
  /** What its readers in this process read from. */
  readonly tail = new LogTail(this)
  /** What transactions that are under way have appended and not sent, by what stands for them. */
  private readonly gathered = new WeakMap<object, Outgoing[]>()

  constructor(
    readonly stream: Stream,
    private readonly dataSource: DataSource,
  ) {}

  /**
   * Appends events in the transaction of `tx`. They are sent with its commit, those of one transaction together, but for what is
   * too much to be kept until then. A transaction that was overtaken at a key is run again by `transact`.
   *
   * @throws {Error} for an event of another stream, or one whose data exceeds 512 KiB
   */
  async append(tx: EntityManager, events: readonly DomainEvent[]): Promise<void> {
    if (events.length === 0) return
    const stray = events.find((event) => event.stream !== this.stream)
    if (stray) throw new Error(`${stray.type} belongs to the stream ${stray.stream}, not to ${this.stream}`)
    const gathered = this.gatheredIn(tx)
    for (const { data, ...event } of events) {
      const json = JSON.stringify(data)
      if (3 * json.length > MAX_DATA_BYTES && Buffer.byteLength(json) > MAX_DATA_BYTES) {
        throw new Error(`the data of ${event.type} ${event.id} is too large for an event`)
      }
      gathered.push({ ...event, json })
      if (gathered.length >= GATHERED_EVENTS || json.length >= LARGE_DATA) {
        await runClosing(tx, this.appending(gathered.splice(0)))
      }
    }
  }

  /** The events that are to be sent with the commit. */
  private gatheredIn(tx: EntityManager): Outgoing[] {
    const transaction = transactionOf(tx)
    const known = this.gathered.get(transaction)
    if (known) return known
    const gathered: Outgoing[] = []
    this.gathered.set(transaction, gathered)
    withCommit(tx, () => (gathered.length > 0 ? this.appending(gathered) : undefined))
    afterCommit(tx, () => this.announce())
    return gathered
  }

  private appending(events: readonly Outgoing[]): Closing {
    const hashes = events.map((event) => hashOf(event.key))
    return {
      name: 'append events',
      text: `with appended as (
         insert into event_log (partition, key_hash, event_id, type, version, key, time, trace, data)
         select * from unnest($1::smallint[], $2::integer[], $3::uuid[], $4::text[], $5::smallint[], $6::text[],
           $7::timestamptz[], $8::text[], string_to_array($9, chr(30))::json[]))
       select ${REFUSE_UNLESS(`not exists (
         select from unnest($2::integer[]) as own (hash) cross join lateral (
           select from event_log
           where key_hash = own.hash and xid > pg_current_xact_id() and day >= (now() at time zone 'utc')::date - 1
           limit 1) later)`)}`,
      values: [
        arrayOf(hashes.map((hash) => hash & (PARTITIONS - 1))),
        arrayOf(hashes),
        arrayOf(events.map((event) => event.id)),
        events.map((event) => event.type),
        arrayOf(events.map((event) => event.version)),
        events.map((event) => event.key),
        arrayOf(events.map((event) => event.time.toISOString())),
        events.map((event) => event.trace),
        // JSON holds no bare control character, so U+001E can part the documents: far cheaper than quoting an array.
        events.map(({ json }) => json).join('\u001e'),
      ],
      refused: () => new TransactionConflict('an event of the same key was appended by a later transaction'),
    }
  }

  /** Reads up to `limit` events per partition that follow the positions, in order within each partition. */
  async read(positions: readonly Position[], limit: number): Promise<LoggedEvent[]> {
    const rows = await runPrepared<EventRow>(
      this.dataSource,
      {
        name: 'read events',
        text: `select e.partition, e.xid::text, e.id::text, e.day::text, e.event_id, e.type, e.version, e.key, e.time, e.trace,
         e.data::text
       from unnest($1::smallint[], $2::xid8[], $3::bigint[], $4::date[]) as p (partition, xid, id, day)
       cross join lateral (
         select * from event_log e
         where e.partition = p.partition and (e.xid, e.id) > (p.xid, p.id) and e.day >= p.day - 1 and e.day >= $6::date - 1
           and e.xid < pg_snapshot_xmin(pg_current_snapshot())
         order by e.xid, e.id
         limit $5) e`,
      },
      // The earliest day besides: by it, unlike by a row's own, partitions are left out before one is opened.
      [...columns(positions), limit, positions.map(({ day }) => day).toSorted()[0]],
    )
    return rows.map((row) => ({
      id: row.event_id,
      type: row.type,
      version: row.version,
      stream: this.stream,
      key: row.key,
      time: row.time,
      trace: row.trace,
      data: JSON.parse(row.data),
      length: row.data.length,
      position: { partition: row.partition, xid: row.xid, id: row.id, day: row.day },
    }))
  }

  /** How many events follow the positions, counting at most `limit` per partition, and the time of the oldest. */
  async countAfter(positions: readonly Position[], limit: number): Promise<{ events: number; oldest: Date | null }> {
    const [row] = await this.dataSource.query(
      `select count(*)::int as events, min(e.time) as oldest
       from unnest($1::smallint[], $2::xid8[], $3::bigint[], $4::date[]) as p (partition, xid, id, day)
       cross join lateral (
         select e.time from event_log e
         where e.partition = p.partition and (e.xid, e.id) > (p.xid, p.id) and e.day >= p.day - 1
         order by e.xid, e.id
         limit $5) e`,
      [...columns(positions), limit],
    )
    return row
  }

  /** Calls `listener` after each append that this process committed; returns what ends it. */
  onAppend(listener: () => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  private announce(): void {
    for (const listener of this.listeners) listener()
  }
}

/** An event with its data as they are sent. */
interface Outgoing extends Omit<DomainEvent, 'data'> {
  readonly json: string
}

interface EventRow {
  partition: number
  xid: string
  id: string
  day: string
  event_id: string
  type: string
  version: number
  key: string
  time: Date
  trace: string | null
  data: string
}

function columns(positions: readonly Position[]): unknown[] {
  return [
    arrayOf(positions.map((position) => position.partition)),
    arrayOf(positions.map((position) => position.xid)),
    arrayOf(positions.map((position) => position.id)),
    arrayOf(positions.map((position) => position.day)),
  ]
}

/** A stable signed 32-bit hash of a key; its low bits name the partition. */
function hashOf(key: string): number {
  return crc32(key) | 0
}
