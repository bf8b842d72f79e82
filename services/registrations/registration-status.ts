import { Injectable } from '@nestjs/common'
import { DataSource } from 'typeorm'
import { DomainError } from '#libs/platform'
import { Receipts, referenceOf } from './receipts.ts'

export const statuses = ['submitted', 'in_review', 'approved', 'returned', 'rejected', 'erased'] as const
export type Status = (typeof statuses)[number]

/** Where an application stands while its fields may be mended. */
export const correctable: readonly Status[] = ['submitted', 'in_review', 'returned']

/** Where a registration stands; no personal data. */
export interface RegistrationStatus {
  readonly registrationId: string
  readonly reference: string
  readonly status: Status
  /** 1 as submitted, then one more for every correction; a correction names the version it starts from. */
  readonly version: number
  readonly submittedAt: Date
  readonly memberNumber: string | null
  readonly federationName: { readonly zh: string; readonly en: string } | null
  /** Why it was returned or rejected, and what to do. */
  readonly reason: { readonly zh: string; readonly en: string } | null
}

/** Tells a driver who holds a receipt where the registration stands. */
@Injectable()
export class StatusByReceipt {
  constructor(
    private readonly dataSource: DataSource,
    private readonly receipts: Receipts,
  ) {}

  /** @throws {DomainError} `no_such_receipt` */
  async find(receipt: string): Promise<RegistrationStatus> {
    const status = await this.look(receipt)
    if (!status) throw noSuchReceipt()
    return status
  }

  /** Undefined for a receipt that is not genuine. */
  async look(receipt: string): Promise<RegistrationStatus | undefined> {
    const id = this.receipts.read(receipt)
    const [row] = id
      ? await this.dataSource.query(
          `select id, status, version, submitted_at, outcome from registration where id = $1`,
          [id],
        )
      : []
    if (!row) return undefined
    return {
      registrationId: row.id,
      reference: referenceOf(row.id),
      status: row.status,
      version: row.version,
      submittedAt: row.submitted_at,
      memberNumber: row.outcome.memberNumber ?? null,
      federationName: row.outcome.federationName ?? null,
      reason: row.outcome.reason ?? null,
    }
  }
}

export function noSuchReceipt(): DomainError {
  return new DomainError('not_found', 'no_such_receipt', {
    zh: '没有找到这个回执，请核对链接，或拨打 12351 查询',
    en: 'There is no such receipt: check the link, or call 12351',
  })
}

export function noSuchRegistration(): DomainError {
  return new DomainError('not_found', 'no_such_registration', {
    zh: '没有这份申请，请核对编号',
    en: 'There is no such registration: check the id',
  })
}
