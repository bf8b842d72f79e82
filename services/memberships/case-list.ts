import { Injectable } from '@nestjs/common'
import { DataSource } from 'typeorm'
import { v7 as uuidv7 } from 'uuid'
import { DomainError, forbidden, type Principal } from '#libs/platform'
import { FieldCipher } from '#libs/privacy'
import { maskPerson, type Person } from './person.ts'

export const caseStatuses = ['open', 'approved', 'returned', 'rejected'] as const
export type CaseStatus = (typeof caseStatuses)[number]

export interface CaseQuery {
  readonly status: CaseStatus
  readonly limit: number
  /** The `next` of the page before. */
  readonly after: string | null
}

interface CaseRow {
  caseId: string
  identityId: string
  status: CaseStatus
  federationId: string | null
  federationName: { zh: string; en: string } | null
  federationPath: string[]
  ruleId: string | null
  ruleSetVersion: number
  heldBecause: string | null
  reasons: { code: string; zh: string; en: string }[]
  registrationId: string
  sealed: string
  openedAt: Date
  openedText: string
  dueAt: Date
  decidedAt: Date | null
  decidedBy: string | null
  reasonCode: string | null
  registrations: number
  memberNumber: string | null
}

const COLUMNS = `c.id as "caseId", c.identity_id as "identityId", c.status, c.federation_id as "federationId",
  c.federation_name as "federationName", c.federation_path as "federationPath", c.rule_id as "ruleId",
  c.rule_set_version as "ruleSetVersion", c.held_because as "heldBecause", c.reasons,
  c.registration_id as "registrationId", c.sealed, c.opened_at as "openedAt", c.opened_at::text as "openedText",
  c.due_at as "dueAt", c.decided_at as "decidedAt", c.decided_by as "decidedBy", c.reason_code as "reasonCode",
  (select count(*)::int from case_registration r where r.case_id = c.id) as registrations,
  (select number from member m where m.case_id = c.id and m.ended_at is null) as "memberNumber"`

/** What admins see of the cases: their own federation's and those below it, personal data masked. */
@Injectable()
export class CaseList {
  constructor(
    private readonly dataSource: DataSource,
    private readonly cipher: FieldCipher,
  ) {}

  /** One page of cases, the longest waiting first. */
  async page({ status, limit, after }: CaseQuery, sender: Principal) {
    const [openedAt, caseId] = after ? (Buffer.from(after, 'base64url').toString().split('|') as [string, string]) : []
    const rows: CaseRow[] = await this.dataSource.query(
      `select ${COLUMNS} from review_case c
       where c.status = $1 and c.federation_path @> array[$2]
         and ($3::timestamptz is null or (c.opened_at, c.id) > ($3::timestamptz, $4::uuid))
       order by c.opened_at, c.id limit $5`,
      [status, sender.federationId, openedAt ?? null, caseId ?? null, limit + 1],
    )
    const items = rows.slice(0, limit)
    const last = rows.length > limit ? items.at(-1) : undefined
    return {
      items: items.map((row) => this.view(row)),
      next: last ? Buffer.from(`${last.openedText}|${last.caseId}`).toString('base64url') : null,
    }
  }

  async one(caseId: string, sender: Principal) {
    const row = await this.find(caseId, sender)
    const registrationIds: { id: string }[] = await this.dataSource.query(
      `select registration_id as id from case_registration where case_id = $1 order by attached_at`,
      [caseId],
    )
    return { ...this.view(row), registrationIds: registrationIds.map(({ id }) => id) }
  }

  /** The unmasked person, against a reason that is written down first. */
  async disclose(caseId: string, reason: string, sender: Principal, now: Date): Promise<Person> {
    const row = await this.find(caseId, sender)
    await this.dataSource.query(
      `insert into disclosure (id, case_id, account_id, account_name, reason, at) values ($1, $2, $3, $4, $5, $6)`,
      [uuidv7(), caseId, sender.accountId, sender.name, reason, now],
    )
    return this.open(row)
  }

  private async find(caseId: string, sender: Principal): Promise<CaseRow> {
    const [row]: CaseRow[] = await this.dataSource.query(`select ${COLUMNS} from review_case c where c.id = $1`, [
      caseId,
    ])
    if (!row)
      throw new DomainError('not_found', 'no_such_case', { zh: '没有这个审核事项', en: 'There is no such case' })
    if (!row.federationPath.includes(sender.federationId)) throw forbidden()
    return row
  }

  private view({ sealed, openedText, ...row }: CaseRow) {
    return { ...row, ...maskPerson(this.open({ sealed, registrationId: row.registrationId })) }
  }

  private open({ sealed, registrationId }: { sealed: string; registrationId: string }): Person {
    return JSON.parse(this.cipher.open(sealed, `registration:${registrationId}`))
  }
}
