import { Injectable } from '@nestjs/common'
import { type EntityManager } from 'typeorm'
import { v7 as uuidv7 } from 'uuid'
import type { CaseChange } from './case-changes.ts'

/** A membership that ended because another one of the same person stays, or that counts again since it does not. */
export interface MembershipTurn {
  readonly memberId: string
  readonly caseId: string
  readonly identityId: string
  readonly entry: 'ended' | 'restored'
}

/** The members and their ledger: an entry for every beginning and end, never taken back. */
@Injectable()
export class Memberships {
  /** Lets memberships follow their cases: to their person, out of the count when merged, into it again when parted. */
  async follow(tx: EntityManager, changes: readonly CaseChange[], now: Date): Promise<MembershipTurn[]> {
    const followed = changes.filter(({ before }) => before?.memberId)
    if (followed.length === 0) return []
    const turns = followed.flatMap(({ before, after, identityId }): MembershipTurn[] => {
      const turn = { memberId: before!.memberId!, caseId: after.caseId, identityId }
      if (after.mergedInto) return before!.memberEnded ? [] : [{ ...turn, entry: 'ended' }]
      return before!.mergedInto ? [{ ...turn, entry: 'restored' }] : []
    })
    const ended = new Set(turns.flatMap(({ memberId, entry }) => (entry === 'ended' ? [memberId] : [])))
    const restored = new Set(turns.flatMap(({ memberId, entry }) => (entry === 'restored' ? [memberId] : [])))
    await tx.query(
      `update member m set identity_id = f.identity_id,
         ended_at = case when f.ended then $5 when f.restored then null else m.ended_at end,
         end_reason = case when f.ended then 'duplicate' when f.restored then null else m.end_reason end
       from unnest($1::uuid[], $2::uuid[], $3::boolean[], $4::boolean[]) as f (id, identity_id, ended, restored)
       where m.id = f.id`,
      [
        followed.map(({ before }) => before!.memberId),
        followed.map(({ identityId }) => identityId),
        followed.map(({ before }) => ended.has(before!.memberId!)),
        followed.map(({ before }) => restored.has(before!.memberId!)),
        now,
      ],
    )
    await this.enter(
      tx,
      turns.map(({ memberId, entry }) => ({ memberId, entry, reason: entry === 'ended' ? 'duplicate' : null })),
      now,
    )
    return turns
  }

  /** Writes ledger entries. */
  async enter(
    tx: EntityManager,
    entries: readonly { memberId: string; entry: 'joined' | 'ended' | 'restored'; reason: string | null }[],
    now: Date,
  ): Promise<void> {
    if (entries.length === 0) return
    await tx.query(
      `insert into member_ledger (id, member_id, entry, reason, at)
       select id, member_id, entry, reason, $5 from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[])
         as e (id, member_id, entry, reason)`,
      [
        entries.map(() => uuidv7()),
        entries.map(({ memberId }) => memberId),
        entries.map(({ entry }) => entry),
        entries.map(({ reason }) => reason),
        now,
      ],
    )
  }

  /** Notes that the data of members was erased, where their case shows one of these registrations; the row stays. */
  async markErased(tx: EntityManager, registrationIds: readonly string[]): Promise<void> {
    await tx.query(
      `update member m set erased_at = r.erased_at
       from review_case c join case_registration r on r.registration_id = c.registration_id
       where m.case_id = c.id and c.registration_id = any($1) and m.erased_at is null`,
      [registrationIds],
    )
  }
}
