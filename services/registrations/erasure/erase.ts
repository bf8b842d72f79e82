import { Injectable } from '@nestjs/common'
import { DataSource, type EntityManager } from 'typeorm'
import { newEvent, subjectErased } from '#libs/contracts'
import { lockKeys, transact } from '#libs/database'
import { EventLog } from '#libs/messaging'
import { DomainError } from '#libs/platform'
import { keepAudit, type Subject } from '../audit.ts'
import { noSuchRegistration } from '../registration-status.ts'
import { lockLeads } from '../rosters/lead-store.ts'

export interface Erasure {
  readonly subject: Subject
  readonly reason: string
  /** Id of the account that asks for it. */
  readonly actor: string
  readonly at: Date
  readonly trace: string
}

export interface Erased {
  readonly subject: Subject
  readonly erasedAt: Date
}

/** Deletes what is personal and leaves a row that can be counted; consents stay, which name nobody. */
const statements = {
  registration: `update registration set status = 'erased', erased_at = $2, sealed = null, resident_id_key = null,
    mobile_key = null, request_mac = null, scan_id = null, outcome = '{}', places = default where id = $1`,
  lead: `update lead set status = 'erased', erased_at = $2, sealed = null, key = null, content_mac = null,
    household = null, residence = null where id = $1`,
} as const

/**
 * Erases a person's data here, and has every other service do so by `subject.erased`. Log entries expire
 * with their partition. Asked twice, it answers the same.
 */
@Injectable()
export class EraseSubject {
  constructor(
    private readonly dataSource: DataSource,
    private readonly log: EventLog,
  ) {}

  /** @throws {DomainError} `no_such_registration`, `no_such_lead` */
  async erase({ subject, reason, actor, at, trace }: Erasure): Promise<Erased> {
    return transact(this.dataSource, async (tx) => {
      if (subject.kind === 'registration') await lockKeys(tx, 'registration', [subject.id])
      else await lockLeads(tx)
      const earlier = await this.erasedAt(tx, subject)
      if (earlier) return { subject, erasedAt: earlier }
      await tx.query(statements[subject.kind], [subject.id, at])
      await keepAudit(tx, { subject, action: 'erased', version: null, fields: [], actor, reason, at })
      const data = { subject, erasedAt: at.toISOString() }
      await this.log.append(tx, [newEvent(subjectErased, data, { now: at, trace })])
      return { subject, erasedAt: at }
    })
  }

  private async erasedAt(tx: EntityManager, { kind, id }: Subject): Promise<Date | null> {
    const [row]: { erased_at: Date | null }[] = await tx.query(`select erased_at from ${kind} where id = $1`, [id])
    if (row) return row.erased_at
    throw kind === 'registration' ? noSuchRegistration() : noSuchLead()
  }
}

function noSuchLead(): DomainError {
  return new DomainError('not_found', 'no_such_lead', {
    zh: '没有这条平台名单记录，请核对编号',
    en: 'There is no such lead: check the id',
  })
}
