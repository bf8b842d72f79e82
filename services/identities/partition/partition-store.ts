import { Injectable } from '@nestjs/common'
import type { EntityManager } from 'typeorm'
import { arrayOf, type Bound, type Prepared } from '#libs/database'
import type { Evidence, ScoredPair } from '../evidence/evidence.ts'
import { addHubs } from '../evidence/hubs.ts'
import { identitiesOf, type PartitionChange } from './decide-partition.ts'
import type { Neighbourhood } from './neighbourhood.ts'
import type { Cause } from './partition-events.ts'

const WRITE: Prepared = {
  name: 'write partition',
  text: `
    with fresh as (
      insert into identity (id, created_at) select id, $6 from unnest($1::uuid[]) as id),
    stated as (
      select * from unnest($2::uuid[], $3::uuid[], $4::int[]) as s (record_id, identity_id, revision)),
    history as (
      insert into identity_event (record_id, revision, identity_id, cause, epoch, at)
      select record_id, revision, identity_id, $5, $7, $6 from stated),
    learned as (
      insert into edge (lo, hi, lo_version, hi_version, weight, levels, epoch)
      select lo, hi, lo_version, hi_version, weight, levels::smallint[], $7
      from unnest($8::uuid[], $9::uuid[], $10::int[], $11::int[], $12::int[], $13::text[])
        as e (lo, hi, lo_version, hi_version, weight, levels)
      where exists (select from record r where r.id = lo offset 0) and exists (select from record r where r.id = hi offset 0)
      order by lo, hi
      on conflict (lo, hi) do update set lo_version = excluded.lo_version, hi_version = excluded.hi_version,
        weight = excluded.weight, levels = excluded.levels, epoch = excluded.epoch
      where edge.lo_version <= excluded.lo_version and edge.hi_version <= excluded.hi_version)
    insert into membership_of_record (record_id, identity_id, revision)
    select record_id, identity_id, revision from stated order by record_id
    on conflict (record_id) do update set identity_id = excluded.identity_id, revision = excluded.revision`,
}

const SUSPECT: Prepared = {
  name: 'write suspicions',
  text: `with suspected as (
   select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::int[]) as s (lo, hi, kind, weight)),
 over as (
   delete from review_item i where (lo = any($5::uuid[]) or hi = any($5::uuid[]))
     and (lo = any($6::uuid[]) or hi = any($6::uuid[]) or not (lo = any($7::uuid[]) or hi = any($7::uuid[])))
     and not exists (select from suspected s where s.lo = i.lo and s.hi = i.hi)
   returning lo, hi),
 written as (
   insert into review_item (lo, hi, kind, weight, opened_at)
   select lo, hi, kind, weight, $8 from suspected order by lo, hi
   on conflict (lo, hi) do update set kind = excluded.kind, weight = excluded.weight
     where (review_item.kind, review_item.weight) is distinct from (excluded.kind, excluded.weight)
   returning lo, hi, kind, weight)
 select
   (select coalesce(json_agg(written), '[]') from written) as changed,
   (select coalesce(json_agg(over), '[]') from over) as closed`,
}

/** Components that are left for later, and what is to be known then. */
export interface Deferral {
  readonly components: PartitionChange['deferred']
  readonly cause: Cause
  /** Records to be spoken of then even if they stay whose they are. */
  readonly restated: readonly string[]
  readonly traceOf: (recordId: string) => string | null
  /** Of an undoing: when what is undone was decided. */
  readonly undone: Date | undefined
}

/**
 * The partition in the database. All statements take batches; all run under the locks of `Neighbourhoods`. What a decision
 * writes comes as statements (none when there is nothing to write), to be sent along with its events.
 */
@Injectable()
export class PartitionStore {
  /**
   * Stores the pairs that were just scored (a pair that was scored on newer versions stays), whose each record is, and how that
   * came about.
   */
  writing(
    { created, clusters }: PartitionChange,
    revisions: ReadonlyMap<string, number>,
    learned: readonly ScoredPair[],
    { cause, epoch, now }: { cause: Cause; epoch: number; now: Date },
  ): Bound[] {
    const stated = clusters.flatMap(({ identityId, members }) =>
      members.flatMap(({ id }) => {
        const revision = revisions.get(id)
        return revision === undefined ? [] : [{ id, identityId, revision }]
      }),
    )
    if (stated.length === 0 && learned.length === 0) return []
    const values = [
      arrayOf(created),
      arrayOf(stated.map(({ id }) => id)),
      arrayOf(stated.map(({ identityId }) => identityId)),
      arrayOf(stated.map(({ revision }) => revision)),
      cause,
      now,
      epoch,
      arrayOf(learned.map(({ lo }) => lo)),
      arrayOf(learned.map(({ hi }) => hi)),
      arrayOf(learned.map(({ loVersion }) => loVersion)),
      arrayOf(learned.map(({ hiVersion }) => hiVersion)),
      arrayOf(learned.map(({ weight }) => weight)),
      learned.map(({ levels }) => arrayOf(levels)),
    ]
    return [{ ...WRITE, values }]
  }

  /** Ends identities that nobody is any more, and brings back those that an undoing restores. */
  async retire(tx: EntityManager, { revived, retired }: PartitionChange, now: Date): Promise<void> {
    if (revived.length > 0) {
      await tx.query(`update identity set retired_at = null, redirect_to = null where id = any($1::uuid[])`, [
        arrayOf(revived),
      ])
    }
    if (retired.length > 0) {
      await tx.query(
        `update identity set retired_at = $3, redirect_to = r.redirect_to
         from unnest($1::uuid[], $2::uuid[]) as r (id, redirect_to) where identity.id = r.id`,
        [arrayOf(retired.map(({ id }) => id)), arrayOf(retired.map(({ redirectTo }) => redirectTo)), now],
      )
    }
  }

  /** Removes the pairs of records that were scored on older versions than stand now, or under another epoch. */
  async forgetOlder(tx: EntityManager, ids: readonly string[]): Promise<void> {
    await tx.query(
      `with active as (select epoch from model_epoch where state = 'active'),
         current as (select record.id, version, active.epoch from record, active where record.id = any($1::uuid[])),
         no_lo as (
           delete from edge using current where lo = id and (lo_version < version or edge.epoch <> current.epoch))
       delete from edge using current where hi = id and (hi_version < version or edge.epoch <> current.epoch)`,
      [arrayOf(ids)],
    )
  }

  /**
   * Brings the review items of the touched identities to what is suspected now; answers one row, a `SuspicionChange`: what is
   * new or differs from what was stored, and what is over. Pairs with an identity that is to be decided about later stay as they
   * are, unless the other one is no more.
   */
  suspecting(
    {
      suspicions,
      touched,
      created,
      retired,
      deferred,
    }: Pick<PartitionChange, 'suspicions' | 'touched' | 'created' | 'retired' | 'deferred'>,
    now: Date,
  ): Bound[] {
    const fresh = new Set(created)
    const older = touched.filter((id) => !fresh.has(id))
    if (older.length === 0 && suspicions.length === 0) return []
    const values = [
      arrayOf(suspicions.map(({ lo }) => lo)),
      arrayOf(suspicions.map(({ hi }) => hi)),
      arrayOf(suspicions.map(({ kind }) => kind)),
      arrayOf(suspicions.map(({ weight }) => weight)),
      arrayOf(older),
      arrayOf(retired.map(({ id }) => id)),
      arrayOf([...identitiesOf(deferred)]),
      now,
    ]
    return [{ ...SUSPECT, values }]
  }

  /**
   * Makes keys hubs. Pairs that met under these alone are no pairs any more, as if the key had never been looked under: which
   * keys are hubs, and so the partition, must not depend on the order of arrival.
   */
  async limitHubs(tx: EntityManager, hubs: Evidence['hubs'], now: Date): Promise<void> {
    await addHubs(tx, hubs, now)
    await tx.query(
      `with blocked as (select distinct record_id as id from block_key where key = any($1::bigint[]))
       delete from edge where lo in (select id from blocked) and hi in (select id from blocked)
         and not exists (
           select from record lo cross join lateral unnest(lo.keys) as shared
           join record hi on hi.id = edge.hi and shared = any(hi.keys)
           where lo.id = edge.lo and not exists (select from hub where hub.key = shared))`,
      [arrayOf(hubs.map(({ key }) => key))],
    )
  }

  /** Whose each record was before a moment; those that came since are missing. */
  async identitiesBefore(
    tx: EntityManager,
    { members }: Pick<Neighbourhood, 'members'>,
    moment: Date,
  ): Promise<Map<string, string>> {
    const rows: { id: string; identityId: string }[] = await tx.query(
      `select distinct on (record_id) record_id as id, identity_id as "identityId" from identity_event
       where record_id = any($1::uuid[]) and at < $2 and identity_id is not null order by record_id, revision desc`,
      [arrayOf(members.flatMap(({ id, inside }) => (inside ? [id] : []))), moment],
    )
    return new Map(rows.map(({ id, identityId }) => [id, identityId]))
  }

  /** Leaves components to `DeferredComponents`: each by what is undecided or to be spoken of, or else by one record. */
  async defer(tx: EntityManager, { components, cause, restated, traceOf, undone }: Deferral, now: Date): Promise<void> {
    const spoken = new Set(restated)
    const chosen = components.flatMap((members) => {
      const waiting = members.filter(({ id, identityId }) => identityId === null || spoken.has(id))
      return (waiting.length > 0 ? waiting : members.slice(0, 1)).map(({ id }) => id)
    })
    await tx.query(
      `insert into deferred_record as known (record_id, cause, trace, undone, deferred_at)
       select id, $3, trace, $4, $5 from unnest($1::uuid[], $2::text[]) as d (id, trace)
       on conflict (record_id) do update set
         cause = case when excluded.cause = 'correction' then excluded.cause else known.cause end,
         trace = case when excluded.cause = 'correction' then excluded.trace else known.trace end,
         undone = least(known.undone, excluded.undone)
       where excluded.cause = 'correction' or excluded.undone is not null`,
      [arrayOf(chosen), chosen.map(traceOf), cause, undone ?? null, now],
    )
  }
}
