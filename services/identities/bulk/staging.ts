import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Injectable } from '@nestjs/common'
import type { PoolClient } from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { DataSource, type EntityManager } from 'typeorm'
import { arrayOf } from '#libs/database'
import type { FoundHub, LinkedRecords } from './linked-records.ts'
import type { StaleKeys } from './record-linker.ts'

/** How the stored pairs differ from those that took their place. */
export interface EdgeChanges {
  readonly added: number
  readonly changed: number
  readonly removed: number
}

/** What a job prepares aside, so that the moment in which everybody waits is short. */
@Injectable()
export class Staging {
  constructor(private readonly dataSource: DataSource) {}

  /** Stages all pairs, in place of whatever an earlier job left. */
  async stage(records: LinkedRecords): Promise<void> {
    await this.dataSource.query(`truncate staged_edge, staged_key`)
    const runner = this.dataSource.createQueryRunner()
    try {
      await copy(
        await runner.connect(),
        edgeLines(records, () => true),
      )
    } finally {
      await runner.release()
    }
    await this.dataSource.query(`analyze staged_edge`)
  }

  /** Brings the staged pairs up to date: all pairs of the given records, and those whose key became a hub. */
  async restage(tx: EntityManager, records: LinkedRecords, ids: readonly string[], hubsToo: boolean): Promise<void> {
    if (hubsToo) {
      await tx.query(`delete from staged_edge`)
      await copy(
        await tx.queryRunner!.connect(),
        edgeLines(records, () => true),
      )
      return
    }
    if (ids.length === 0) return
    await tx.query(`delete from staged_edge where lo = any($1::uuid[]) or hi = any($1::uuid[])`, [arrayOf(ids)])
    const again = new Set(ids)
    await copy(
      await tx.queryRunner!.connect(),
      edgeLines(records, (a, b) => again.has(a) || again.has(b)),
    )
  }

  /** Puts the staged pairs in the place of the stored ones; writes only what differs. */
  async swapEdges(tx: EntityManager, epoch: number): Promise<EdgeChanges> {
    const counted = async (sql: string, values: unknown[] = []) =>
      Number((await tx.query(`with done as (${sql} returning 1) select count(*) as count from done`, values))[0].count)
    const removed = await counted(
      `delete from edge where not exists (select from staged_edge s where s.lo = edge.lo and s.hi = edge.hi)`,
    )
    const changed = await counted(
      `update edge set lo_version = s.lo_version, hi_version = s.hi_version, weight = s.weight, levels = s.levels, epoch = $1
       from staged_edge s where s.lo = edge.lo and s.hi = edge.hi
         and (edge.lo_version, edge.hi_version, edge.weight, edge.levels, edge.epoch)
           is distinct from (s.lo_version, s.hi_version, s.weight, s.levels, $1)`,
      [epoch],
    )
    const added = await counted(
      `insert into edge (lo, hi, lo_version, hi_version, weight, levels, epoch)
       select lo, hi, lo_version, hi_version, weight, levels, $1 from staged_edge s
       where not exists (select from edge where edge.lo = s.lo and edge.hi = s.hi)
       on conflict (lo, hi) do nothing`,
      [epoch],
    )
    return { added, changed, removed }
  }

  /** Replaces keys that the model makes otherwise than they are stored; of records that are still as they were read. */
  async replaceKeys(tx: EntityManager, stale: readonly StaleKeys[], epoch: number): Promise<void> {
    if (stale.length === 0) return
    await tx.query(
      `insert into staged_key (record_id, version, keys, exclusive_key)
       select id, version, keys::bigint[], decode(exclusive, 'hex')
       from unnest($1::uuid[], $2::int[], $3::text[], $4::text[]) as s (id, version, keys, exclusive)`,
      [
        arrayOf(stale.map(({ id }) => id)),
        arrayOf(stale.map(({ version }) => version)),
        stale.map(({ keys }) => arrayOf(keys)),
        stale.map(({ exclusive }) => exclusive),
      ],
    )
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

  async addHubs(tx: EntityManager, hubs: readonly FoundHub[], now: Date): Promise<void> {
    if (hubs.length === 0) return
    await tx.query(
      `insert into hub (key, rule, example, found_at)
       select key, rule, example, $4 from unnest($1::bigint[], $2::text[], $3::uuid[]) as h (key, rule, example)
       on conflict do nothing`,
      [
        arrayOf(hubs.map(({ key }) => key)),
        hubs.map(({ rule }) => rule),
        arrayOf(hubs.map(({ example }) => example)),
        now,
      ],
    )
  }
}

async function copy(client: PoolClient, lines: Iterable<string>): Promise<void> {
  const columns = 'lo, hi, lo_version, hi_version, weight, levels'
  await pipeline(Readable.from(lines), client.query(copyFrom(`copy staged_edge (${columns}) from stdin`)))
}

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
