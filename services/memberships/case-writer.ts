import { Injectable } from '@nestjs/common'
import { type EntityManager } from 'typeorm'
import { TransactionConflict } from '#libs/database'
import type { CaseChange } from './case-changes.ts'
import type { Content, Registration } from './statements.ts'
import { addWorkingDays } from './working-days.ts'

/** 15 working days: the longest that a provincial union demands (see the domain notes). */
const WORKING_DAYS_TO_DECIDE = 15

/** Writes cases and registrations, many at once. */
@Injectable()
export class CaseWriter {
  /** Writes cases; `contentOf` gives what the registration that a case shows holds. */
  async writeCases(
    tx: EntityManager,
    changes: readonly CaseChange[],
    contentOf: ReadonlyMap<string, Content | null>,
    now: Date,
  ): Promise<void> {
    const rows = changes.map((change) => ({ ...change, content: contentOf.get(change.after.shows) ?? null }))
    await this.update(
      tx,
      rows.filter(({ before }) => before !== null),
      now,
    )
    await this.insert(
      tx,
      rows.filter(({ before }) => before === null),
      now,
    )
  }

  private async insert(tx: EntityManager, rows: readonly CaseRow[], now: Date): Promise<void> {
    if (rows.length === 0) return
    await tx.query(
      `insert into review_case (id, identity_id, status, registration_id, site_id, opened_at, due_at, federation_id,
         federation_name, federation_path, rule_id, rule_set_version, held_because, reasons)
       select c.id, c.identity_id, 'open', c.registration_id, c.site_id, $6, $7, ${PLACEMENT}
       from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::jsonb[])
         as c (id, identity_id, registration_id, site_id, placement)`,
      [
        rows.map(({ after }) => after.caseId),
        rows.map(({ identityId }) => identityId),
        rows.map(({ after }) => after.shows),
        rows.map(({ content }) => content?.siteId ?? null),
        rows.map(({ content }) => JSON.stringify(content!.placement)),
        now,
        addWorkingDays(now, WORKING_DAYS_TO_DECIDE),
      ],
    )
  }

  /** In one statement: cases may exchange their persons. What was decided keeps the placement that it was decided by. */
  private async update(tx: EntityManager, rows: readonly CaseRow[], now: Date): Promise<void> {
    if (rows.length === 0) return
    await tx.query(
      `update review_case r set identity_id = c.identity_id, status = c.status, merged_into = c.merged_into,
         registration_id = c.registration_id,
         site_id = case when c.earlier then c.site_id else r.site_id end,
         opened_at = case when c.reopened then $10 else r.opened_at end,
         due_at = case when c.reopened then $11 else r.due_at end,
         decided_at = case when c.reopened then null else r.decided_at end,
         decided_by = case when c.reopened then null else r.decided_by end,
         reason_code = case when c.reopened then null else r.reason_code end,
         (federation_id, federation_name, federation_path, rule_id, rule_set_version, held_because, reasons) =
           (select * from (select ${PLACEMENT}) as placed where c.placement is not null
            union all
            select r.federation_id, r.federation_name, r.federation_path, r.rule_id, r.rule_set_version, r.held_because,
              r.reasons where c.placement is null)
       from unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::uuid[], $6::uuid[], $7::boolean[], $8::boolean[],
         $9::jsonb[])
         as c (id, identity_id, status, merged_into, registration_id, site_id, earlier, reopened, placement)
       where r.id = c.id`,
      [
        rows.map(({ after }) => after.caseId),
        rows.map(({ identityId }) => identityId),
        rows.map(({ after }) => after.status),
        rows.map(({ after }) => after.mergedInto),
        rows.map(({ after }) => after.shows),
        rows.map(({ content }) => content?.siteId ?? null),
        rows.map(({ earlier }) => earlier),
        rows.map(({ reopened }) => reopened),
        rows.map(({ after, content }) =>
          content && (after.status === 'open' || after.status === 'returned')
            ? JSON.stringify(content.placement)
            : null,
        ),
        now,
        addWorkingDays(now, WORKING_DAYS_TO_DECIDE),
      ],
    )
  }

  /**
   * Writes registrations: `fresh` ones for the first time.
   *
   * @throws {TransactionConflict} when another transaction was the first to know one
   */
  async writeRegistrations(
    tx: EntityManager,
    fresh: readonly Registration[],
    changed: readonly Registration[],
    now: Date,
  ): Promise<void> {
    if (fresh.length > 0) {
      const [{ count }] = await tx.query(
        `with written as (
           insert into case_registration (registration_id, identity_id, identity_revision, content_revision, case_id,
             erased_at, submitted_at, site_id, sealed, digest, placement, attached_at)
           select ${REGISTRATION}, $12::timestamptz + n * interval '1 microsecond' from ${REGISTRATIONS}
           on conflict do nothing returning 1)
         select count(*)::int from written`,
        [...columns(fresh), now],
      )
      if (count !== fresh.length) throw new TransactionConflict('a registration became known meanwhile')
    }
    if (changed.length > 0) {
      await tx.query(
        `update case_registration k set identity_id = r.identity_id, identity_revision = r.identity_revision,
           content_revision = r.content_revision, case_id = r.case_id, erased_at = r.erased_at,
           submitted_at = r.submitted_at, site_id = r.site_id, sealed = r.sealed, digest = r.digest,
           placement = r.placement,
           attached_at = case when k.case_id is distinct from r.case_id
             then $12::timestamptz + n * interval '1 microsecond' else k.attached_at end
         from ${REGISTRATIONS} where k.registration_id = r.registration_id`,
        [...columns(changed), now],
      )
    }
  }
}

type CaseRow = CaseChange & { readonly content: Content | null }

/** The columns of a placement, out of the JSON that `c.placement` holds. */
const PLACEMENT = `c.placement ->> 'federationId', nullif(c.placement -> 'federationName', 'null'),
  array(select jsonb_array_elements_text(c.placement -> 'federationPath')), c.placement ->> 'ruleId',
  (c.placement -> 'ruleSetVersion')::int, c.placement ->> 'heldBecause', c.placement -> 'reasons'`

const REGISTRATION = `r.registration_id, r.identity_id, r.identity_revision, r.content_revision, r.case_id, r.erased_at,
  r.submitted_at, r.site_id, r.sealed, r.digest, r.placement`

const REGISTRATIONS = `unnest($1::uuid[], $2::uuid[], $3::int[], $4::int[], $5::uuid[], $6::timestamptz[],
  $7::timestamptz[], $8::uuid[], $9::text[], $10::text[], $11::jsonb[]) with ordinality
  as r (registration_id, identity_id, identity_revision, content_revision, case_id, erased_at, submitted_at, site_id,
    sealed, digest, placement, n)`

function columns(rows: readonly Registration[]): unknown[] {
  return [
    rows.map(({ registrationId }) => registrationId),
    rows.map(({ identityId }) => identityId),
    rows.map(({ identityRevision }) => identityRevision),
    rows.map(({ contentRevision }) => contentRevision),
    rows.map(({ caseId }) => caseId),
    rows.map(({ erasedAt }) => erasedAt?.toISOString() ?? null),
    rows.map(({ content }) => content?.submittedAt.toISOString() ?? null),
    rows.map(({ content }) => content?.siteId ?? null),
    rows.map(({ content }) => content?.sealed || null),
    rows.map(({ content }) => content?.digest ?? null),
    rows.map(({ content }) => content && JSON.stringify(content.placement)),
  ]
}
