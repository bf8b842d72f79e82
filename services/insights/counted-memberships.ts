import { Injectable } from '@nestjs/common'
import { type EntityManager } from 'typeorm'
import { lockKeys } from '#libs/database'
import { type Counted, changes } from './count-changes.ts'
import { Funnel, NO_SITE } from './funnel.ts'

/** That a membership counts, or does not since it was a duplicate. */
export interface MembershipStanding {
  readonly memberId: string
  readonly siteId: string | null
  readonly approvedAt: string
  readonly counts: boolean
  /** Of two statements the higher holds; 0 where it is unknown. */
  readonly statement: number
}

/** Counts memberships for the poster that brought them, each once, whatever order its statements come in. */
@Injectable()
export class CountedMemberships {
  constructor(private readonly funnel: Funnel) {}

  async follow(tx: EntityManager, standings: readonly MembershipStanding[]): Promise<void> {
    const ids = standings.map(({ memberId }) => memberId)
    await lockKeys(tx, 'member', ids)
    const before = await this.counted(tx, ids)
    await tx.query(
      `insert into membership as known (member_id, site_id, approved_at, counts, statement)
       select distinct on (member_id) * from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::boolean[], $5::bigint[])
         as m (member_id, site_id, approved_at, counts, statement)
       order by member_id, statement desc
       on conflict (member_id) do update set counts = excluded.counts, statement = excluded.statement
       where known.statement < excluded.statement`,
      [
        ids,
        standings.map(({ siteId }) => siteId ?? NO_SITE),
        standings.map(({ approvedAt }) => approvedAt),
        standings.map(({ counts }) => counts),
        standings.map(({ statement }) => statement),
      ],
    )
    await this.funnel.move(tx, 'approved', changes(before, await this.counted(tx, ids)))
  }

  private async counted(tx: EntityManager, memberIds: readonly string[]): Promise<Counted[]> {
    return tx.query(
      `select member_id as id, site_id as "siteId", approved_at as at from membership
       where member_id = any($1) and counts`,
      [memberIds],
    )
  }
}
