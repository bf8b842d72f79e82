import type { EntityManager } from 'typeorm'
import type { DataOf, subjectErased } from '#libs/contracts'

/** Whose data: a registration or a lead. */
export type Subject = DataOf<typeof subjectErased>['subject']

export interface AuditRow {
  readonly subject: Subject
  readonly action: 'corrected' | 'erased'
  /** The version that came of it; null when there is none. */
  readonly version: number | null
  /** Names of the fields that changed, never their values. */
  readonly fields: readonly string[]
  /** `driver`, or the id of an account. */
  readonly actor: string
  readonly reason: string | null
  readonly at: Date
}

/** Keeps who did what to somebody's data, in the transaction that does it. */
export async function keepAudit(tx: EntityManager, row: AuditRow): Promise<void> {
  const { subject, action, version, fields, actor, reason, at } = row
  await tx.query(
    `insert into audit (subject_kind, subject_id, action, version, fields, actor, reason, at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [subject.kind, subject.id, action, version, fields, actor, reason, at],
  )
}
