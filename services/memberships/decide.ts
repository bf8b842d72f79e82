import { Injectable } from '@nestjs/common'
import { DataSource, type EntityManager } from 'typeorm'
import { v7 as uuidv7 } from 'uuid'
import { membershipApproved, membershipRejected, membershipReturned, newEvent } from '#libs/contracts'
import { lockKeys, TransactionConflict, transact } from '#libs/database'
import { EventLog } from '#libs/messaging'
import { type Bilingual, DomainError, forbidden, type Principal } from '#libs/platform'
import { REGISTRATIONS_OF_CASE } from './case-list.ts'
import { memberNumber } from './member-number.ts'
import { Memberships } from './memberships.ts'
import { type RejectReason, type ReturnReason, rejectReasons, returnReasons } from './reason-codes.ts'
import { nextStatements } from './statement-numbers.ts'

/** What an admin decides about cases. A federation is named only for cases that no rule placed. */
export type Verdict =
  | { readonly kind: 'approve'; readonly federation?: { readonly id: string; readonly name: Bilingual } }
  | { readonly kind: 'return'; readonly reasonCode: ReturnReason }
  | { readonly kind: 'reject'; readonly reasonCode: RejectReason }

/** What became of one case of a decision. */
export interface Outcome {
  readonly caseId: string
  readonly decided: boolean
  readonly memberNumber: string | null
  /** Why it was not decided. */
  readonly problem: DomainError | null
}

interface CaseRow {
  readonly caseId: string
  readonly identityId: string
  readonly status: string
  readonly mergedInto: string | null
  readonly erased: boolean
  readonly federationId: string | null
  readonly federationName: Bilingual | null
  readonly federationPath: string[]
  readonly siteId: string | null
  readonly registrationIds: string[]
}

/** Decides review cases: exclusive, all or nothing per case, with the event in the same transaction. */
@Injectable()
export class Decisions {
  constructor(
    private readonly dataSource: DataSource,
    private readonly memberships: Memberships,
    private readonly log: EventLog,
  ) {}

  /** Decides one case. @throws {DomainError} when it can't be decided */
  async decideOne(caseId: string, verdict: Verdict, sender: Principal, now: Date): Promise<Outcome> {
    const [outcome] = await this.decide([caseId], verdict, sender, now)
    if (outcome?.problem) throw outcome.problem
    return outcome!
  }

  /** Decides many cases in one transaction; cases that can't be decided are told and stay as they are. */
  async decide(caseIds: readonly string[], verdict: Verdict, sender: Principal, now: Date): Promise<Outcome[]> {
    return transact(this.dataSource, async (tx) => {
      const cases = await this.lock(tx, caseIds)
      const outcomes = new Map<string, Outcome>()
      for (const caseId of caseIds) {
        const problem = obstacle(cases.get(caseId), verdict, sender)
        outcomes.set(caseId, { caseId, decided: !problem, memberNumber: null, problem })
      }
      const decided = [...cases.values()].filter(({ caseId }) => outcomes.get(caseId)?.decided)
      if (decided.length > 0) {
        if (verdict.kind === 'approve') await this.approve(tx, decided, verdict, sender, now, outcomes)
        else await this.decline(tx, decided, verdict, sender, now)
      }
      return caseIds.map((caseId) => outcomes.get(caseId)!)
    })
  }

  private async approve(
    tx: EntityManager,
    cases: readonly CaseRow[],
    { federation }: Extract<Verdict, { kind: 'approve' }>,
    sender: Principal,
    now: Date,
    outcomes: Map<string, Outcome>,
  ): Promise<void> {
    const serials: { serial: string }[] = await tx.query(
      `select nextval('member_serial') as serial from generate_series(1, $1)`,
      [cases.length],
    )
    const members = cases.map((row, at) => {
      const number = memberNumber(Number(serials[at]!.serial), now.getFullYear())
      const federationId = row.federationId ?? federation!.id
      const federationName = row.federationName ?? federation!.name
      outcomes.set(row.caseId, { caseId: row.caseId, decided: true, memberNumber: number, problem: null })
      return { ...row, memberId: uuidv7(), memberNumber: number, federationId, federationName }
    })
    await tx.query(
      `insert into member (id, identity_id, number, case_id, federation_id, joined_at)
       select id, identity_id, number, case_id, federation_id, $6
       from unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::text[])
         as m (id, identity_id, number, case_id, federation_id)`,
      [
        members.map((member) => member.memberId),
        members.map((member) => member.identityId),
        members.map((member) => member.memberNumber),
        members.map((member) => member.caseId),
        members.map((member) => member.federationId),
        now,
      ],
    )
    await this.memberships.enter(
      tx,
      members.map(({ memberId }) => ({ memberId, entry: 'joined', reason: null })),
      now,
    )
    await tx.query(
      `update review_case c set status = 'approved', decided_at = $4, decided_by = $5,
         federation_id = d.federation_id, federation_name = d.federation_name
       from unnest($1::uuid[], $2::text[], $3::jsonb[]) as d (id, federation_id, federation_name) where c.id = d.id`,
      [
        members.map((member) => member.caseId),
        members.map((member) => member.federationId),
        members.map((member) => JSON.stringify(member.federationName)),
        now,
        sender.name,
      ],
    )
    const statements = await nextStatements(tx, members.length)
    await this.log.append(
      tx,
      members.map((member, at) =>
        newEvent(
          membershipApproved,
          {
            ...decisionData(member, sender, now, statements[at]!),
            memberId: member.memberId,
            memberNumber: member.memberNumber,
            federationId: member.federationId,
            federationName: member.federationName,
          },
          { now },
        ),
      ),
    )
  }

  private async decline(
    tx: EntityManager,
    cases: readonly CaseRow[],
    { kind, reasonCode }: Exclude<Verdict, { kind: 'approve' }>,
    sender: Principal,
    now: Date,
  ): Promise<void> {
    await tx.query(
      `update review_case set status = $2, decided_at = $3, decided_by = $4, reason_code = $5 where id = any($1)`,
      [cases.map(({ caseId }) => caseId), kind === 'return' ? 'returned' : 'rejected', now, sender.name, reasonCode],
    )
    const definition = kind === 'return' ? membershipReturned : membershipRejected
    const reason = { ...returnReasons, ...rejectReasons }[reasonCode]
    const statements = await nextStatements(tx, cases.length)
    await this.log.append(
      tx,
      cases.map((row, at) =>
        newEvent(definition, { ...decisionData(row, sender, now, statements[at]!), reasonCode, reason }, { now }),
      ),
    )
  }

  /** The cases by id, locked against arrivals for the same people and against other admins. */
  private async lock(tx: EntityManager, caseIds: readonly string[]): Promise<Map<string, CaseRow>> {
    const found: { identityId: string }[] = await tx.query(
      `select identity_id as "identityId" from review_case where id = any($1)`,
      [caseIds],
    )
    const people = [...new Set(found.map(({ identityId }) => identityId))]
    await lockKeys(tx, 'identity', people)
    const rows: CaseRow[] = await tx.query(
      `select c.id as "caseId", c.identity_id as "identityId", c.status, c.merged_into as "mergedInto",
         exists (select from case_registration r where r.registration_id = c.registration_id and r.erased_at is not null)
           as erased, c.federation_id as "federationId",
         c.federation_name as "federationName", c.federation_path as "federationPath", c.site_id as "siteId",
         ${REGISTRATIONS_OF_CASE} as "registrationIds"
       from review_case c where c.id = any($1)`,
      [caseIds],
    )
    if (rows.some(({ identityId }) => !people.includes(identityId))) {
      throw new TransactionConflict('a case came to another person meanwhile')
    }
    return new Map(rows.map((row) => [row.caseId, row]))
  }
}

/** Why the sender can't decide the case this way; null when nothing stands against it. */
function obstacle(row: CaseRow | undefined, verdict: Verdict, sender: Principal): DomainError | null {
  if (!row) {
    return new DomainError('not_found', 'no_such_case', { zh: '没有这个审核事项', en: 'There is no such case' })
  }
  if (!row.federationPath.includes(sender.federationId)) return forbidden()
  if (row.mergedInto) {
    return new DomainError(
      'conflict',
      'case_merged',
      {
        zh: '该事项与同一人的另一事项合并，请处理合并后的事项',
        en: 'The case was joined with another one of the same person: decide that one',
      },
      { mergedInto: row.mergedInto },
    )
  }
  if (row.status !== 'open') {
    return new DomainError(
      'conflict',
      'case_already_decided',
      { zh: '该事项已经处理过，请刷新列表', en: 'The case was decided already: refresh the list' },
      { caseStatus: row.status },
    )
  }
  if (verdict.kind === 'approve' && row.erased) {
    return new DomainError('conflict', 'person_erased', {
      zh: '申请人的个人信息已应要求删除，不能批准，请退回或拒绝',
      en: "The applicant's data was erased on request: it can't be approved, only returned or rejected",
    })
  }
  if (verdict.kind === 'approve' && !row.federationId && !verdict.federation) {
    return new DomainError('unprocessable', 'federation_needed', {
      zh: '该事项在周转库中，请先选择接收的工会再批准',
      en: 'The case is in the holding pool: name the federation that takes the driver in',
    })
  }
  return null
}

function decisionData(
  { caseId, identityId, registrationIds, siteId }: CaseRow,
  sender: Principal,
  now: Date,
  statement: number,
) {
  const decidedAt = now.toISOString()
  return { caseId, identityId, registrationIds, siteId, decidedAt, decidedBy: sender.name, statement }
}
