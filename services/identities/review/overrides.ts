import { Injectable } from '@nestjs/common'
import type { EntityManager } from 'typeorm'
import { v7 as uuidv7 } from 'uuid'
import type { Principal } from '#libs/platform'
import { arrayOf } from '../records/record-store.ts'
import { Court, type Verdict } from './court.ts'
import type { ItemId } from './leases.ts'
import { type Hearing, joining, PairDecisions } from './pair-decisions.ts'
import { conflict } from './problems.ts'

/** How long a proposal waits for a second person. */
export const PROPOSAL_DAYS = 7

export interface Proposal {
  readonly proposalId: string
  readonly proposedById: string
  readonly proposedBy: string
  readonly reason: string
  readonly proposedAt: Date
  readonly expiresAt: Date
}

type Known = Proposal & { readonly recordIds: readonly string[] }

/**
 * Joins two people whose valid resident ids differ: one person proposes, another one who may decide about both confirms what
 * the first one looked at. No machine and no single person can do it.
 */
@Injectable()
export class Overrides {
  constructor(
    private readonly court: Court,
    private readonly pairs: PairDecisions,
  ) {}

  /** Proposes, or confirms what another one proposed; the verdict is there after the second. */
  async override(
    item: ItemId,
    reason: string,
    sender: Principal,
    now: Date,
  ): Promise<{ proposal: Proposal; verdict: Verdict | null }> {
    return this.court.hear(async (tx) => {
      const hearing = await this.pairs.open(tx, item, sender, now)
      if (hearing.kind !== 'id_conflict') throw noOverrideNeeded()
      const links = joining(hearing, true)
      const open = await this.open(tx, item)
      const standing = open && open.expiresAt > now && sameRecords(open, hearing) ? open : undefined
      if (!standing) return { proposal: await this.propose(tx, hearing, reason, sender, now), verdict: null }
      if (standing.proposedById === sender.accountId) throw secondPersonNeeded()
      const verdict = await this.pairs.close(tx, hearing, 'override', links, reason, sender, now)
      await this.end(tx, standing.proposalId, 'confirmed', sender, now, verdict.judgementId)
      return { proposal: standing, verdict }
    })
  }

  /** Takes a proposal back: who made it, or anybody who may decide about both. */
  async withdraw(item: ItemId, sender: Principal, now: Date): Promise<void> {
    await this.court.hear(async (tx) => {
      await this.court.lock(tx, [item.lo, item.hi], sender)
      const open = await this.open(tx, item)
      if (!open) {
        throw conflict('no_such_proposal', {
          zh: '没有待确认的特批，请刷新',
          en: 'No override waits for confirmation: refresh the page',
        })
      }
      await this.end(tx, open.proposalId, 'withdrawn', sender, now, null)
    })
  }

  /** The proposal that waits for a second person; undefined without one, or when it expired. */
  async waiting(source: EntityManager, item: ItemId, now: Date): Promise<Proposal | undefined> {
    const open = await this.open(source, item)
    if (!open || open.expiresAt <= now) return undefined
    const { recordIds: _, ...proposal } = open
    return proposal
  }

  private async open(source: EntityManager, { lo, hi }: ItemId): Promise<Known | undefined> {
    const [found] = await source.query(
      `select id as "proposalId", account_id as "proposedById", account_name as "proposedBy", reason,
         proposed_at as "proposedAt", expires_at as "expiresAt", record_ids::text[] as "recordIds"
       from override_proposal where lo = $1 and hi = $2 and ended_at is null`,
      [lo, hi],
    )
    return found
  }

  private async propose(
    tx: EntityManager,
    { item, lo, hi }: Hearing,
    reason: string,
    sender: Principal,
    now: Date,
  ): Promise<Proposal> {
    const expiresAt = new Date(now.getTime() + PROPOSAL_DAYS * 86_400_000)
    const proposalId = uuidv7()
    // One that expired, or that was about other records, makes room.
    await tx.query(
      `update override_proposal set ended_at = $3, ended_by = $4, outcome = 'replaced'
       where lo = $1 and hi = $2 and ended_at is null`,
      [item.lo, item.hi, now, sender.accountId],
    )
    await tx.query(
      `insert into override_proposal
         (id, lo, hi, record_ids, account_id, account_name, reason, proposed_at, expires_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [proposalId, item.lo, item.hi, arrayOf([...lo, ...hi]), sender.accountId, sender.name, reason, now, expiresAt],
    )
    return { proposalId, proposedById: sender.accountId, proposedBy: sender.name, reason, proposedAt: now, expiresAt }
  }

  private async end(
    tx: EntityManager,
    proposalId: string,
    outcome: 'confirmed' | 'withdrawn',
    sender: Principal,
    now: Date,
    judgementId: string | null,
  ): Promise<void> {
    await tx.query(
      `update override_proposal set ended_at = $2, ended_by = $3, outcome = $4, judgement_id = $5 where id = $1`,
      [proposalId, now, sender.accountId, outcome, judgementId],
    )
  }
}

/** Whether a proposal was about the records that are there now: both persons must have looked at the same. */
function sameRecords({ recordIds }: Known, { lo, hi }: Hearing): boolean {
  const now = new Set([...lo, ...hi])
  return now.size === recordIds.length && recordIds.every((id) => now.has(id))
}

function noOverrideNeeded() {
  return conflict('no_override_needed', {
    zh: '两人没有相互冲突的有效身份证号，直接确认为同一人即可',
    en: 'No valid resident ids differ here: accept the suspicion, one person is enough',
  })
}

function secondPersonNeeded() {
  return conflict('second_person_needed', {
    zh: '特批由您提出，须由另一位有权限的管理员确认',
    en: 'You proposed it yourself: another admin with authority over both has to confirm it',
  })
}
