import { Injectable } from '@nestjs/common'
import { type EntityManager } from 'typeorm'
import { type Application } from '#libs/contracts'
import { lockKeys } from '#libs/database'
import type { Admission, Arrival, LivingCase } from './take-in.ts'
import { addWorkingDays } from './working-days.ts'

/** 15 working days: the longest that a provincial union demands (see the domain notes). */
const WORKING_DAYS_TO_DECIDE = 15

/** What federations decided about a registration. */
export interface Placed extends Arrival {
  readonly application: Application
  readonly federationId: string | null
  readonly federationName: { readonly zh: string; readonly en: string } | null
  readonly federationPath: readonly string[]
  readonly ruleId: string | null
  readonly ruleSetVersion: number
  readonly heldBecause: string | null
  readonly reasons: readonly { readonly code: string; readonly zh: string; readonly en: string }[]
}

/** A member, as far as a further application has to know. */
export interface LivingMember {
  readonly caseId: string
  readonly number: string
  readonly federationName: { readonly zh: string; readonly en: string }
}

/** The review cases in the database. */
@Injectable()
export class Cases {
  /** The living cases of people, locked against other decisions about them. */
  async lockLiving(tx: EntityManager, identityIds: readonly string[]): Promise<LivingCase[]> {
    await lockKeys(tx, 'identity', identityIds)
    return tx.query(
      `select id as "caseId", identity_id as "identityId", status from review_case
       where identity_id = any($1) and status <> 'rejected'`,
      [identityIds],
    )
  }

  async membersOf(tx: EntityManager, caseIds: readonly string[]): Promise<Map<string, LivingMember>> {
    const rows: LivingMember[] = await tx.query(
      `select m.case_id as "caseId", m.number, c.federation_name as "federationName"
       from member m join review_case c on c.id = m.case_id
       where m.case_id = any($1) and m.ended_at is null`,
      [caseIds],
    )
    return new Map(rows.map((row) => [row.caseId, row]))
  }

  /** Writes what `takeIn` decided; `placed` are the arrivals in the same order. */
  async write(
    tx: EntityManager,
    admissions: readonly Admission[],
    placed: readonly Placed[],
    now: Date,
  ): Promise<void> {
    const opening = admissions.flatMap((admission, at) =>
      admission.kind === 'open' ? [{ caseId: admission.caseId, ...placed[at]! }] : [],
    )
    await this.insert(tx, opening, now)
    const reopening = admissions.flatMap((admission, at) =>
      admission.kind === 'attach' && admission.status === 'returned'
        ? [{ caseId: admission.caseId, ...placed[at]! }]
        : [],
    )
    for (const again of reopening) await this.reopen(tx, again, now)
    await tx.query(
      `insert into case_registration (registration_id, case_id, attached_at)
       select r, c, $3::timestamptz + n * interval '1 microsecond'
       from unnest($1::uuid[], $2::uuid[]) with ordinality as a (r, c, n)`,
      [placed.map(({ registrationId }) => registrationId), admissions.map(({ caseId }) => caseId), now],
    )
  }

  private async insert(tx: EntityManager, opening: readonly (Placed & { caseId: string })[], now: Date): Promise<void> {
    if (opening.length === 0) return
    await tx.query(
      `insert into review_case (id, identity_id, status, federation_id, federation_name, federation_path, rule_id,
         rule_set_version, held_because, reasons, registration_id, sealed, site_id, opened_at, due_at)
       select id, identity_id, 'open', federation_id, federation_name, string_to_array(federation_path, ' '), rule_id,
         rule_set_version, held_because, reasons, registration_id, sealed, site_id, $13, $14
       from unnest($1::uuid[], $2::uuid[], $3::text[], $4::jsonb[], $5::text[], $6::text[], $7::int[], $8::text[],
         $9::jsonb[], $10::uuid[], $11::text[], $12::uuid[])
         as c (id, identity_id, federation_id, federation_name, federation_path, rule_id, rule_set_version, held_because,
           reasons, registration_id, sealed, site_id)`,
      [
        opening.map(({ caseId }) => caseId),
        opening.map(({ identityId }) => identityId),
        opening.map(({ federationId }) => federationId),
        opening.map(({ federationName }) => federationName && JSON.stringify(federationName)),
        opening.map(({ federationPath }) => federationPath.join(' ')),
        opening.map(({ ruleId }) => ruleId),
        opening.map(({ ruleSetVersion }) => ruleSetVersion),
        opening.map(({ heldBecause }) => heldBecause),
        opening.map(({ reasons }) => JSON.stringify(reasons)),
        opening.map(({ registrationId }) => registrationId),
        opening.map(({ application }) => application.sealed),
        opening.map(({ application }) => application.site?.siteId ?? null),
        now,
        addWorkingDays(now, WORKING_DAYS_TO_DECIDE),
      ],
    )
  }

  /** The newest registration takes the place of the one that was returned; the deadline starts anew. */
  private async reopen(tx: EntityManager, again: Placed & { caseId: string }, now: Date): Promise<void> {
    await tx.query(
      `update review_case set status = 'open', federation_id = $2, federation_name = $3, federation_path = $4,
         rule_id = $5, rule_set_version = $6, held_because = $7, reasons = $8, registration_id = $9, sealed = $10,
         opened_at = $11, due_at = $12, decided_at = null, decided_by = null, reason_code = null
       where id = $1`,
      [
        again.caseId,
        again.federationId,
        again.federationName && JSON.stringify(again.federationName),
        again.federationPath,
        again.ruleId,
        again.ruleSetVersion,
        again.heldBecause,
        JSON.stringify(again.reasons),
        again.registrationId,
        again.application.sealed,
        now,
        addWorkingDays(now, WORKING_DAYS_TO_DECIDE),
      ],
    )
  }
}
