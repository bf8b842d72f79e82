import { Injectable } from '@nestjs/common'
import { DataSource, type EntityManager } from 'typeorm'
import { arrayOf, type Bound, isUniqueViolation, runPrepared, runTogether } from '#libs/database'
import type { BlockKey } from './block-keys.ts'
import { platformOf, type RecordContent } from './record-content.ts'

/** A record ready to be stored and found. */
export interface KeyedRecord {
  readonly content: RecordContent
  readonly keys: readonly BlockKey[]
  readonly exclusive: Buffer | null
}

/** A stored record that shares keys with others. */
export interface FoundRecord {
  readonly content: RecordContent
  /** Which of the keys that were asked for. */
  readonly keys: readonly string[]
}

/** A key to look under, and how many records may share it. */
export interface SearchKey {
  readonly key: string
  readonly limit: number
}

export interface StoredAndFound {
  /** Ids of the records that stand as given; the others are erased, or known in a newer version. */
  readonly asGiven: ReadonlySet<string>
  /** Records under the keys that several have, the given ones included. */
  readonly found: readonly FoundRecord[]
}

/** The records and their blocking keys in the database. */
@Injectable()
export class RecordStore {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Stores records with their keys and commits, then looks who else has keys: whoever stores and looks at the same time is found,
   * or finds these. Of a record that is known, it stores only what is newer in its version (or epoch).
   *
   * The commit need not reach the disk by itself: the decision that follows commits after it, in the same log, and takes it
   * along; before that the event counts as unhandled and comes again.
   *
   * @param keys to look under; hubs are no keys, and at most `limit` + 1 records of each are found
   */
  async putAndFind(
    records: readonly KeyedRecord[],
    keys: readonly SearchKey[],
    epoch: number,
    now: Date,
  ): Promise<StoredAndFound> {
    const [stored, found] = await this.putNewAndFind(records, keys, epoch, now)
    const asGiven = new Set(stored.map(({ id }) => id))
    if (asGiven.size === records.length) return { asGiven, found: foundAmong(records, found) }
    const others = records.filter(({ content }) => !asGiven.has(content.id))
    await this.forgetOlder(others, epoch)
    const [known, foundAgain] = await runTogether<[{ id: string }, SharingRow]>(this.dataSource, [
      storing(others, epoch, now, 'known'),
      sharing(records, keys),
    ])
    for (const { id } of known) asGiven.add(id)
    return { asGiven, found: foundAmong(records, foundAgain) }
  }

  /** As if none were new when a record that is new has a key that is there already, a remainder that nobody should find. */
  private async putNewAndFind(
    records: readonly KeyedRecord[],
    keys: readonly SearchKey[],
    epoch: number,
    now: Date,
  ): Promise<[{ id: string }[], SharingRow[]]> {
    const statements = [storing(records, epoch, now, 'new'), sharing(records, keys)] as const
    try {
      return await runTogether<[{ id: string }, SharingRow]>(this.dataSource, statements)
    } catch (error) {
      if (isUniqueViolation(error, 'block_key_pkey')) return [[], []]
      throw error
    }
  }

  /** The content of records, by id. */
  async contents(source: EntityManager | DataSource, ids: readonly string[]): Promise<Map<string, RecordContent>> {
    if (ids.length === 0) return new Map()
    const rows: { id: string; kind: string; version: number; content: never }[] = await source.query(
      `select id, kind, version, content from record where id = any($1::uuid[])`,
      [arrayOf(ids)],
    )
    return new Map(rows.map(({ id, kind, version, content }) => [id, contentOf(id, kind, version, content)]))
  }

  /** All records under a key. */
  async underKey(source: EntityManager, keys: readonly string[]): Promise<string[]> {
    const rows: { id: string }[] = await source.query(
      `select distinct record_id as id from block_key where key = any($1::bigint[])`,
      [arrayOf(keys)],
    )
    return rows.map(({ id }) => id)
  }

  /** Which of the records were erased, in the transaction of `tx` too. */
  async erased(tx: EntityManager, ids: readonly string[]): Promise<Set<string>> {
    const rows = await runPrepared<{ id: string }>(
      tx,
      { name: 'erased records', text: `select id from erased_record where id = any($1::uuid[])` },
      [arrayOf(ids)],
    )
    return new Set(rows.map(({ id }) => id))
  }

  /** Removes records for good, and remembers that they must not come back. */
  async erase(tx: EntityManager, ids: readonly string[], now: Date): Promise<void> {
    await tx.query(
      `with gone as (delete from record where id = any($1::uuid[]) returning id, keys),
         no_keys as (delete from block_key using gone where record_id = gone.id and key = any(gone.keys)),
         no_edges as (delete from edge where lo = any($1::uuid[]) or hi = any($1::uuid[])),
         no_decisions as (delete from decision where lo = any($1::uuid[]) or hi = any($1::uuid[]))
       insert into erased_record (id, erased_at) select id, $2 from unnest($1::uuid[]) as id on conflict do nothing`,
      [arrayOf(ids), now],
    )
  }

  /**
   * What older versions of records said must not be found any more. Their edges stay until the transaction that decides: they
   * do not count, and that transaction may hold them already.
   */
  private async forgetOlder(records: readonly KeyedRecord[], epoch: number): Promise<void> {
    await this.dataSource.query(
      `with older as (
         select r.id, r.keys from record r
         join unnest($1::uuid[], $2::int[]) as incoming (id, version) on incoming.id = r.id
         where r.version < incoming.version or (r.version = incoming.version and r.epoch <> $3))
       delete from block_key using older where record_id = older.id and key = any(older.keys)`,
      [
        arrayOf(records.map(({ content }) => content.id)),
        arrayOf(records.map(({ content }) => content.version)),
        epoch,
      ],
    )
  }
}

/**
 * Keys of new records are inserted without looking whether they are there: with a way out of a conflict, PostgreSQL would write
 * each of them thrice.
 */
function storing(records: readonly KeyedRecord[], epoch: number, now: Date, which: 'new' | 'known'): Bound {
  return {
    name: `store ${which} records`,
    text: `with incoming as (
       select id, kind, version, platform, content::json, keys::bigint[], exclusive_key
       from unnest($1::uuid[], $2::text[], $3::int[], $4::text[], string_to_array($5, chr(30)), string_to_array($6, chr(30)), $7::bytea[])
         as r (id, kind, version, platform, content, keys, exclusive_key)
       where not exists (select from erased_record e where e.id = r.id offset 0)),
     stored as (
       insert into record (id, kind, version, platform, content, keys, exclusive_key, epoch, recorded_at)
       select id, kind, version, platform, content, keys, exclusive_key, $8, $9 from incoming order by id
       on conflict (id) do ${
         which === 'known'
           ? `update set version = excluded.version, platform = excluded.platform, content = excluded.content,
                keys = excluded.keys, exclusive_key = excluded.exclusive_key, epoch = excluded.epoch
              where record.version <= excluded.version`
           : 'nothing'
       }
       returning id, keys),
     keyed as (
       insert into block_key (key, record_id)
       select key, id from stored cross join lateral unnest(keys) as key order by key
       ${which === 'known' ? 'on conflict do nothing' : ''})
     select id, (select set_config('synchronous_commit', 'off', true)) from stored`,
    values: [
      arrayOf(records.map(({ content }) => content.id)),
      arrayOf(records.map(({ content }) => content.kind)),
      arrayOf(records.map(({ content }) => content.version)),
      records.map(({ content }) => platformOf(content)),
      // JSON holds no bare control character, so U+001E can part the documents: far cheaper than quoting an array.
      records.map(({ content }) => JSON.stringify(plainOf(content))).join('\u001e'),
      records.map(({ keys }) => arrayOf(keys.map(({ key }) => key))).join('\u001e'),
      records.map(({ exclusive }) => exclusive),
      epoch,
      now,
    ],
  }
}

/** Most keys are one record's alone, whose content is at hand. Only what is shared is looked at further, and only others' content read. */
function sharing(records: readonly KeyedRecord[], keys: readonly SearchKey[]): Bound {
  return {
    name: 'records sharing keys',
    text: `select r.id, r.kind, r.version, h.keys, case when given.version = r.version then null else r.content end as content
     from (
       select met.record_id, string_agg(shared.key::text, ' ') as keys
       from (
         select k.key, array_agg(b.record_id) as records
         from unnest($1::bigint[], $2::int[]) as k (key, most)
         cross join lateral (
           select record_id from block_key where block_key.key = k.key order by record_id limit k.most + 1) b
         group by k.key
         having count(*) > 1 and not exists (select from hub where hub.key = k.key offset 0)) shared
       cross join lateral unnest(shared.records) as met (record_id)
       group by met.record_id) h
     join record r on r.id = h.record_id
     left join unnest($3::uuid[], $4::int[]) as given (id, version) on given.id = r.id`,
    values: [
      arrayOf(keys.map(({ key }) => key)),
      arrayOf(keys.map(({ limit }) => limit)),
      arrayOf(records.map(({ content }) => content.id)),
      arrayOf(records.map(({ content }) => content.version)),
    ],
  }
}

interface SharingRow {
  readonly id: string
  readonly kind: string
  readonly version: number
  /** Null for a record that was given in this version. */
  readonly content: object | null
  readonly keys: string
}

function foundAmong(records: readonly KeyedRecord[], rows: readonly SharingRow[]): FoundRecord[] {
  const given = new Map(records.map(({ content }) => [content.id, content]))
  return rows.map(({ id, kind, version, content, keys }) => ({
    content: content === null ? given.get(id)! : contentOf(id, kind, version, content as never),
    keys: keys.split(' '),
  }))
}

function plainOf(content: RecordContent): object {
  return content.kind === 'registration' ? content.application : content.lead
}

/** A record's content as it is stored. */
export function contentOf(id: string, kind: string, version: number, content: never): RecordContent {
  return kind === 'registration'
    ? { kind, id, version, application: content }
    : { kind: 'lead', id, version, lead: content }
}
