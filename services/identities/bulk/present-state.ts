import type { EntityManager } from 'typeorm'
import type { PartitionDecision } from '#libs/linkage'
import { OVERRIDE_STANDS } from '../partition/neighbourhood.ts'
import type { Suspicion } from '../partition/suspicions.ts'

/** The partition in force, and what else the next one depends on. */
export interface PresentState {
  /** By record: its version, whose it is, and how often that changed. */
  readonly records: ReadonlyMap<string, PresentRecord>
  readonly decisions: readonly PartitionDecision[]
  readonly items: readonly Suspicion[]
}

export interface PresentRecord {
  readonly version: number
  readonly identityId: string | null
  readonly revision: number
}

/** Reads the partition in force; in a transaction that excludes everybody else, or as it stands at this moment. */
export async function presentState(tx: Pick<EntityManager, 'query'>): Promise<PresentState> {
  const rows: ({ id: string } & PresentRecord)[] = await tx.query(
    `select r.id, r.version, m.identity_id as "identityId",
       coalesce(m.revision, (select max(revision) from identity_event e where e.record_id = r.id), 0) as revision
     from record r left join membership_of_record m on m.record_id = r.id order by r.id`,
  )
  return {
    records: new Map(rows.map(({ id, ...record }) => [id, record])),
    decisions: await tx.query(
      `select lo as a, hi as b, kind, bool_or(${OVERRIDE_STANDS}) as override from decision d where in_force
       group by lo, hi, kind order by lo, hi, kind`,
    ),
    items: await tx.query(`select lo, hi, kind, weight from review_item order by lo, hi`),
  }
}

/** Retired identities that records belonged to, by record, oldest first. */
export async function pastOf(tx: Pick<EntityManager, 'query'>, ids: readonly string[]): Promise<Map<string, string[]>> {
  const rows: { id: string; identities: string[] }[] = await tx.query(
    `select e.record_id as id, array_agg(e.identity_id::text order by e.revision) as identities
     from identity_event e join identity i on i.id = e.identity_id and i.retired_at is not null
     where e.record_id = any($1::uuid[]) group by e.record_id`,
    [ids],
  )
  return new Map(rows.map(({ id, identities }) => [id, identities]))
}
