import { Injectable } from '@nestjs/common'
import { DataSource } from 'typeorm'
import { v7 as uuidv7 } from 'uuid'
import { sealContext } from '#libs/contracts'
import { DomainError, forbidden, type Principal } from '#libs/platform'
import { FieldCipher } from '#libs/privacy'
import { Duplicates, type SuspectedDuplicate } from './duplicates.ts'
import { ERASED, maskPerson, type Person } from './person.ts'

/** `merged`: another case of the same person is decided in its place. */
export const caseStatuses = ['open', 'approved', 'returned', 'rejected', 'merged'] as const
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
  mergedInto: string | null
  federationId: string | null
  federationName: { zh: string; en: string } | null
  federationPath: string[]
  ruleId: string | null
  ruleSetVersion: number
  heldBecause: string | null
  reasons: { code: string; zh: string; en: string }[]
  registrationId: string
  sealed: string | null
  erasedAt: Date | null
  openedAt: Date
  openedText: string
  dueAt: Date
  decidedAt: Date | null
  decidedBy: string | null
  reasonCode: string | null
  /** Every registration that the case holds, the first one first. */
  registrationIds: string[]
  memberNumber: string | null
}

/** Every registration of the case `c` and of those merged into it, its own first, each in the order of coming. */
export const REGISTRATIONS_OF_CASE = `array(
    select r.registration_id
    from (select c.id, 1 as place union all select m.id, 2 from review_case m where m.merged_into = c.id) h
    join case_registration r on r.case_id = h.id order by h.place, r.attached_at)`

const COLUMNS = `c.id as "caseId", c.identity_id as "identityId",
  case when c.merged_into is null then c.status else 'merged' end as status, c.merged_into as "mergedInto",
  c.federation_id as "federationId", c.federation_name as "federationName", c.federation_path as "federationPath",
  c.rule_id as "ruleId", c.rule_set_version as "ruleSetVersion", c.held_because as "heldBecause", c.reasons,
  c.registration_id as "registrationId", shown.sealed, shown.erased_at as "erasedAt", c.opened_at as "openedAt",
  c.opened_at::text as "openedText", c.due_at as "dueAt", c.decided_at as "decidedAt", c.decided_by as "decidedBy",
  c.reason_code as "reasonCode", ${REGISTRATIONS_OF_CASE} as "registrationIds",
  (select number from member m where m.case_id = c.id and m.ended_at is null) as "memberNumber"`

const CASES = 'review_case c join case_registration shown on shown.registration_id = c.registration_id'

/** What admins see of the cases: their own federation's and those below it, personal data masked. */
@Injectable()
export class CaseList {
  constructor(
    private readonly dataSource: DataSource,
    private readonly cipher: FieldCipher,
    private readonly duplicates: Duplicates,
  ) {}

  /** One page of cases, the longest waiting first. */
  async page({ status, limit, after }: CaseQuery, sender: Principal) {
    const [openedAt, caseId] = after ? (Buffer.from(after, 'base64url').toString().split('|') as [string, string]) : []
    const rows: CaseRow[] = await this.dataSource.query(
      `select ${COLUMNS} from ${CASES}
       where ${status === 'merged' ? "$1 = 'merged' and c.merged_into is not null" : 'c.status = $1 and c.merged_into is null'}
         and c.federation_path @> array[$2]
         and ($3::timestamptz is null or (c.opened_at, c.id) > ($3::timestamptz, $4::uuid))
       order by c.opened_at, c.id limit $5`,
      [status, sender.federationId, openedAt ?? null, caseId ?? null, limit + 1],
    )
    const items = rows.slice(0, limit)
    const last = rows.length > limit ? items.at(-1) : undefined
    return {
      items: await this.views(items),
      next: last ? Buffer.from(`${last.openedText}|${last.caseId}`).toString('base64url') : null,
    }
  }

  async one(caseId: string, sender: Principal) {
    const [view] = await this.views([await this.find(caseId, sender)])
    return view!
  }

  /** The unmasked person, against a reason that is written down first. */
  async disclose(caseId: string, reason: string, sender: Principal, now: Date): Promise<Person> {
    const { sealed, registrationId } = await this.find(caseId, sender)
    if (!sealed) {
      throw new DomainError('not_found', 'person_erased', {
        zh: '申请人的个人信息已应要求删除，无法查看',
        en: "The applicant's data was erased on request: there is nothing left to show",
      })
    }
    await this.dataSource.query(
      `insert into disclosure (id, case_id, account_id, account_name, reason, at) values ($1, $2, $3, $4, $5, $6)`,
      [uuidv7(), caseId, sender.accountId, sender.name, reason, now],
    )
    return this.open(sealed, registrationId)
  }

  private async find(caseId: string, sender: Principal): Promise<CaseRow> {
    const [row]: CaseRow[] = await this.dataSource.query(`select ${COLUMNS} from ${CASES} where c.id = $1`, [caseId])
    if (!row)
      throw new DomainError('not_found', 'no_such_case', { zh: '没有这个审核事项', en: 'There is no such case' })
    if (!row.federationPath.includes(sender.federationId)) throw forbidden()
    return row
  }

  private async views(rows: readonly CaseRow[]) {
    const people = [...new Set(rows.map(({ identityId }) => identityId))]
    const duplicates = people.length > 0 ? await this.duplicates.of(this.dataSource.manager, people) : new Map()
    return rows.map((row) => this.view(row, duplicates.get(row.identityId) ?? []))
  }

  private view({ sealed, openedText, ...row }: CaseRow, suspectedDuplicates: readonly SuspectedDuplicate[]) {
    const person = sealed ? maskPerson(this.open(sealed, row.registrationId)) : ERASED
    return { ...row, registrations: row.registrationIds.length, suspectedDuplicates, ...person }
  }

  private open(sealed: string, registrationId: string): Person {
    return JSON.parse(this.cipher.open(sealed, sealContext('registration', registrationId)))
  }
}
