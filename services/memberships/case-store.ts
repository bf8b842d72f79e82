import { Injectable } from '@nestjs/common'
import { type EntityManager } from 'typeorm'
import { lockKeys, TransactionConflict } from '#libs/database'
import type { Bilingual } from '#libs/platform'
import type { JoinableCase } from './join-cases.ts'
import { type Placement, type Registration, unknownRegistration } from './statements.ts'

/** A case with what its events tell. */
export interface StoredCase extends JoinableCase {
  readonly identityId: string
  readonly siteId: string | null
  readonly federationName: Bilingual | null
  readonly decidedAt: Date | null
  readonly decidedBy: string | null
  readonly reasonCode: string | null
  readonly memberId: string | null
  readonly memberNumber: string | null
  readonly memberEnded: boolean
}

/** All that is known of some people. */
export interface Known {
  readonly registrations: readonly Registration[]
  readonly cases: readonly StoredCase[]
}

interface RegistrationRow extends Omit<Registration, 'content' | 'renewed'> {
  readonly submittedAt: Date
  readonly siteId: string | null
  readonly sealed: string | null
  readonly digest: string
  readonly placement: Placement | null
}

const REGISTRATION = `select registration_id as "registrationId", identity_id as "identityId",
  identity_revision as "identityRevision", content_revision as "contentRevision", case_id as "caseId",
  erased_at as "erasedAt", submitted_at as "submittedAt", site_id as "siteId", sealed, digest, placement
  from case_registration`

/** Reads people's registrations and cases, and keeps others from changing them meanwhile. */
@Injectable()
export class CaseStore {
  /**
   * Locks the given people, and those whose the registrations are; and reads all that is known of them. Registrations of
   * which nothing is known yet are among the answer.
   *
   * @throws {TransactionConflict} when a registration changed its person meanwhile
   */
  async lock(tx: EntityManager, registrationIds: readonly string[], identityIds: readonly string[]): Promise<Known> {
    const owners: { identityId: string }[] = await tx.query(
      `select distinct identity_id as "identityId" from case_registration
       where registration_id = any($1) and identity_id is not null`,
      [registrationIds],
    )
    const people = [...new Set([...identityIds, ...owners.map(({ identityId }) => identityId)])]
    await lockKeys(tx, 'identity', people)
    const rows: RegistrationRow[] = await tx.query(
      `${REGISTRATION} where registration_id = any($1) union ${REGISTRATION} where identity_id = any($2)
       order by "registrationId"`,
      [registrationIds, people],
    )
    const locked = new Set(people)
    if (rows.some(({ identityId }) => identityId !== null && !locked.has(identityId))) {
      throw new TransactionConflict('a registration came to another person meanwhile')
    }
    const known = new Set(rows.map(({ registrationId }) => registrationId))
    const unknown = [...new Set(registrationIds)].filter((id) => !known.has(id))
    return {
      registrations: [...rows.map(registrationOf), ...unknown.map(unknownRegistration)],
      cases: await this.casesOf(tx, people),
    }
  }

  private async casesOf(tx: EntityManager, identityIds: readonly string[]): Promise<StoredCase[]> {
    return tx.query(
      `select c.id as "caseId", c.identity_id as "identityId", c.status, c.merged_into as "mergedInto",
         c.registration_id as shows, c.site_id as "siteId", c.federation_name as "federationName",
         c.decided_at as "decidedAt", c.decided_by as "decidedBy", c.reason_code as "reasonCode",
         m.joined_at as "joinedAt", m.id as "memberId", m.number as "memberNumber", m.ended_at is not null as "memberEnded"
       from review_case c left join member m on m.case_id = c.id
       where c.identity_id = any($1) order by c.id`,
      [identityIds],
    )
  }
}

function registrationOf({ submittedAt, siteId, sealed, digest, placement, ...row }: RegistrationRow): Registration {
  const content = placement && { submittedAt, siteId, sealed: sealed ?? '', digest, placement }
  return { ...row, content, renewed: false }
}
