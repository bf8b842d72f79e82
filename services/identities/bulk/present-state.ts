import type { EntityManager } from 'typeorm'
import type { PartitionDecision } from '#libs/linkage'
import { OVERRIDE_STANDS } from '../partition/neighbourhood-statements.ts'
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

/** Rows that are read at once: some 50 ms of work, between which others get their turn. */
const ROWS_AT_ONCE = 10_000

const RECORDS = `select r.id, r.version, m.identity_id as "identityId",
    coalesce(m.revision, (select max(revision) from identity_event e where e.record_id = r.id), 0) as revision
  from record r left join membership_of_record m on m.record_id = r.id`

/** Reads the partition in force, in a transaction: one that excludes everybody else, or as the records stand at this moment. */
export async function presentState(tx: Pick<EntityManager, 'query'>): Promise<PresentState> {
  const records = new Map<string, PresentRecord>()
  await tx.query(`declare present_record no scroll cursor for ${RECORDS}`)
  for (;;) {
    const rows: ({ id: string } & PresentRecord)[] = await tx.query(`fetch ${ROWS_AT_ONCE} from present_record`)
    for (const { id, ...record } of rows) records.set(id, record)
    if (rows.length < ROWS_AT_ONCE) break
  }
  await tx.query(`close present_record`)
  return {
    records,
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
