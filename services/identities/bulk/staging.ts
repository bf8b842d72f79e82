import { Injectable } from '@nestjs/common'
import type { EntityManager, QueryRunner } from 'typeorm'
import { arrayOf, copyInto } from '#libs/database'
import { carryOverrides } from './carry-overrides.ts'
import type { LinkedRecords } from './linked-records.ts'
import type { Gathered, StaleKeys } from './record-linker.ts'

/** How the stored pairs differ from those that took their place. */
export interface EdgeChanges {
  readonly added: number
  readonly changed: number
  readonly removed: number
}

const TABLES = `
  discard temp;
  create temporary table staged_edge (
    lo uuid not null, hi uuid not null, lo_version integer not null, hi_version integer not null,
    weight integer not null, levels smallint[] not null);
  create temporary table differing_pair (lo uuid not null, hi uuid not null);
  create temporary table staged_key (
    record_id uuid not null, version integer not null, keys bigint[] not null, exclusive_key bytea);
  create temporary table doubtful_key (key bigint not null, record_id uuid not null)`

/** Pairs that are stored otherwise than they are staged, or on one side only. */
const DIFFERING = `
  insert into differing_pair (lo, hi)
  select coalesce(e.lo, s.lo), coalesce(e.hi, s.hi) from edge e full join staged_edge s on s.lo = e.lo and s.hi = e.hi
  where (e.lo_version, e.hi_version, e.weight, e.levels, e.epoch)
    is distinct from (s.lo_version, s.hi_version, s.weight, s.levels, $1::integer)`

/** Keys that a record has but nobody finds it under, and keys that it is found under but does not have. */
const DOUBTFUL = `
  with own as (select unnest(keys) as key, id as record_id from record)
  insert into doubtful_key (key, record_id)
  select key, record_id from own
  where not exists (select from block_key b where b.key = own.key and b.record_id = own.record_id)
  union all
  select key, record_id from block_key b
  where not exists (select from own where own.key = b.key and own.record_id = b.record_id)`

/**
 * What a job prepares aside, so that the moment in which everybody waits is short. It lies in temporary tables of the job's
 * session and is gone with it, however the job ends; no other job can meet it.
 */
@Injectable()
export class Staging {
  /**
   * Stages all pairs and the keys that are to be replaced, and looks for what is stored otherwise: pairs, and keys that are not
   * as the records say.
   */
  async stage(session: QueryRunner, { records, staleKeys }: Gathered): Promise<void> {
    await session.query(TABLES)
    await copyInto(
      session,
      COPY_EDGES,
      edgeLines(records, () => true),
    )
    await session.query(`create index on staged_edge (lo, hi)`)
    await session.query(`analyze staged_edge`)
    await session.query(DIFFERING, [records.model.epoch])
    await this.stageKeys(session, staleKeys)
    await session.query(DOUBTFUL)
    await session.query(`analyze differing_pair, staged_key, doubtful_key`)
  }

  /**
   * Brings the staged pairs, and what differs from them, up to date: all pairs of the given records, and those whose key became
   * a hub. Other pairs did not change meanwhile, but for those that somebody still wrote under another epoch.
   */
  async restage(tx: EntityManager, records: LinkedRecords, ids: readonly string[], hubsToo: boolean): Promise<void> {
    const { epoch } = records.model
    if (hubsToo) {
      await tx.query(`delete from staged_edge`)
      await copyInto(
        tx.queryRunner!,
        COPY_EDGES,
        edgeLines(records, () => true),
      )
      await tx.query(`delete from differing_pair`)
      await tx.query(DIFFERING, [epoch])
      return
    }
    await tx.query(`insert into differing_pair (lo, hi) select lo, hi from edge where epoch <> $1`, [epoch])
    if (ids.length === 0) return
    const ofThese = `lo = any($1::uuid[]) or hi = any($1::uuid[])`
    await tx.query(`delete from staged_edge where ${ofThese}`, [arrayOf(ids)])
    const again = new Set(ids)
    await copyInto(
      tx.queryRunner!,
      COPY_EDGES,
      edgeLines(records, (a, b) => again.has(a) || again.has(b)),
    )
    await tx.query(
      `insert into differing_pair (lo, hi)
       select lo, hi from edge where ${ofThese} union all select lo, hi from staged_edge where ${ofThese}`,
      [arrayOf(ids)],
    )
  }

  /** Puts the staged pairs in the place of the stored ones where these differ. */
  async swapEdges(tx: EntityManager, epoch: number): Promise<EdgeChanges> {
    const counted = async (sql: string, values: unknown[] = []) =>
      Number((await tx.query(`with done as (${sql} returning 1) select count(*) as count from done`, values))[0].count)
    const removed = await counted(
      `delete from edge using (select distinct lo, hi from differing_pair) d where edge.lo = d.lo and edge.hi = d.hi
         and not exists (select from staged_edge s where s.lo = d.lo and s.hi = d.hi)`,
    )
    const changed = await counted(
      `update edge set lo_version = s.lo_version, hi_version = s.hi_version, weight = s.weight, levels = s.levels, epoch = $1
       from staged_edge s join (select distinct lo, hi from differing_pair) d on s.lo = d.lo and s.hi = d.hi
       where s.lo = edge.lo and s.hi = edge.hi
         and (edge.lo_version, edge.hi_version, edge.weight, edge.levels, edge.epoch)
           is distinct from (s.lo_version, s.hi_version, s.weight, s.levels, $1)`,
      [epoch],
    )
    const added = await counted(
      `insert into edge (lo, hi, lo_version, hi_version, weight, levels, epoch)
       select s.lo, s.hi, s.lo_version, s.hi_version, s.weight, s.levels, $1
       from staged_edge s join (select distinct lo, hi from differing_pair) d on s.lo = d.lo and s.hi = d.hi
       where not exists (select from edge where edge.lo = s.lo and edge.hi = s.hi)
       on conflict (lo, hi) do nothing`,
      [epoch],
    )
    return { added, changed, removed }
  }

  /** Stages keys that are to be replaced, besides those that are staged already. */
  async stageKeys(target: Pick<EntityManager, 'query'>, stale: readonly StaleKeys[]): Promise<void> {
    for (let at = 0; at < stale.length; at += KEYS_AT_ONCE) {
      const some = stale.slice(at, at + KEYS_AT_ONCE)
      await target.query(
        `insert into staged_key (record_id, version, keys, exclusive_key)
         select id, version, keys::bigint[], decode(exclusive, 'hex')
         from unnest($1::uuid[], $2::int[], $3::text[], $4::text[]) as s (id, version, keys, exclusive)`,
        [
          arrayOf(some.map(({ id }) => id)),
          arrayOf(some.map(({ version }) => version)),
          some.map(({ keys }) => arrayOf(keys)),
          some.map(({ exclusive }) => exclusive),
        ],
      )
    }
  }

  /**
   * Replaces keys that the model makes otherwise than they are stored, of records that are still as they were read; and lets
   * every record be found under its keys and no others. From now on all exclusive values are under the same, newest key.
   */
  async replaceKeys(tx: EntityManager, { records, exclusiveKey }: Gathered): Promise<void> {
    await this.replaceStale(tx, records.model.epoch)
    await tx.query(`update exclusive_key set key_id = $1 where key_id <> $1`, [exclusiveKey])
    await tx.query(
      `delete from block_key b using doubtful_key d where b.key = d.key and b.record_id = d.record_id
         and not exists (select from record r where r.id = d.record_id and d.key = any(r.keys))`,
    )
    await tx.query(
      `insert into block_key (key, record_id)
       select d.key, d.record_id from doubtful_key d join record r on r.id = d.record_id and d.key = any(r.keys)
       order by d.key on conflict do nothing`,
    )
  }

  private async replaceStale(tx: EntityManager, epoch: number): Promise<void> {
    await carryOverrides(tx)
    await tx.query(
      `with replaced as (
         update record set keys = s.keys, exclusive_key = s.exclusive_key, epoch = $1
         from staged_key s, record old where record.id = s.record_id and record.version = s.version and old.id = record.id
         returning record.id, old.keys as old_keys, s.keys as new_keys),
       gone as (
         delete from block_key using replaced r
         where block_key.record_id = r.id and block_key.key = any(r.old_keys) and block_key.key <> all(r.new_keys))
       insert into block_key (key, record_id)
       select key, id from replaced cross join lateral unnest(new_keys) as key order by key on conflict do nothing`,
      [epoch],
    )
  }
}

const KEYS_AT_ONCE = 5_000

const COPY_EDGES = 'copy staged_edge (lo, hi, lo_version, hi_version, weight, levels) from stdin'

const LINES_AT_ONCE = 1_000

/** Pairs as COPY reads them, some at a time. */
function* edgeLines(records: LinkedRecords, wanted: (a: string, b: string) => boolean): Generator<string> {
  const { a, b, weight } = records.edges
  const versions = records.versions.view()
  let lines: string[] = []
  for (let edge = 0; edge < a.length; edge++) {
    const [x, y] = [a[edge]!, b[edge]!]
    const [lo, hi] = records.ids[x]! < records.ids[y]! ? [x, y] : [y, x]
    if (!wanted(records.ids[lo]!, records.ids[hi]!)) continue
    const levels = records.levelsOf(edge).join(',')
    lines.push(
      `${records.ids[lo]}\t${records.ids[hi]}\t${versions[lo]}\t${versions[hi]}\t${weight[edge]}\t{${levels}}\n`,
    )
    if (lines.length === LINES_AT_ONCE) {
      yield lines.join('')
      lines = []
    }
  }
  if (lines.length > 0) yield lines.join('')
}
