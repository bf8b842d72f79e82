import { Injectable } from '@nestjs/common'
import type { EntityManager } from 'typeorm'
import { v7 as uuidv7 } from 'uuid'
import { arrayOf } from '#libs/database'
import type { Principal } from '#libs/platform'
import type { Signature } from '../reasoned.ts'
import { DecisionLocks, type DecisionOutcome } from './decision-locks.ts'
import type { ItemId } from './leases.ts'
import { joining, type LockedItem, PairDecisions } from './pair-decisions.ts'
import { conflict } from './problems.ts'

/** How long a proposal waits for a second person. */
const PROPOSAL_DAYS = 7

/** What a first person proposed against two valid, different resident ids; it waits for a second one. */
export interface Proposal {
  readonly proposalId: string
  readonly proposedById: string
  readonly proposedBy: string
  readonly reason: string
  readonly proposedAt: Date
  readonly expiresAt: Date
}

/** A proposal with the records that its first person looked at, in the versions that they had. */
type Known = Proposal & { readonly recordIds: readonly string[]; readonly versions: readonly number[] }

/**
 * Joins two people whose valid resident ids differ: one person proposes, another one who may decide about both confirms what
 * the first one looked at. No machine and no single person can do it.
 */
@Injectable()
export class Overrides {
  constructor(
    private readonly locks: DecisionLocks,
    private readonly pairs: PairDecisions,
  ) {}

  /** Proposes, or confirms what another one proposed; the outcome is there after the second. */
  async override(id: ItemId, signature: Signature): Promise<{ proposal: Proposal; outcome: DecisionOutcome | null }> {
    return this.locks.transact(async (tx) => {
      const item = await this.pairs.lock(tx, id, signature)
      if (item.kind !== 'id_conflict') throw noOverrideNeeded()
      const links = joining(item, true)
      const open = await this.open(tx, id)
      const versions = versionsOf(item)
      const standing = open && stands(open, versions, signature.now) ? open : undefined
      if (!standing) return { proposal: await this.propose(tx, id, versions, signature), outcome: null }
      if (standing.proposedById === signature.sender.accountId) throw secondPersonNeeded()
      const outcome = await this.pairs.decide(tx, item, 'override', links, signature)
      await this.end(tx, standing.proposalId, 'confirmed', signature, outcome.judgementId)
      return { proposal: standing, outcome }
    })
  }

  /** Takes a proposal back: who made it, or anybody who may decide about both. */
  async withdraw(item: ItemId, sender: Principal, now: Date): Promise<void> {
    await this.locks.transact(async (tx) => {
      await this.locks.lock(tx, [item.lo, item.hi], sender)
      const open = await this.open(tx, item)
      if (!open) {
        throw conflict('no_such_proposal', {
          zh: '没有待确认的特批，请刷新',
          en: 'No override waits for confirmation: refresh the page',
        })
      }
      await this.end(tx, open.proposalId, 'withdrawn', { sender, now }, null)
    })
  }

  /**
   * The proposal that waits for a second person; undefined without one, or when it expired or is about other records than are
   * there now.
   */
  async waiting(
    source: EntityManager,
    item: ItemId,
    records: ReadonlyMap<string, number>,
    now: Date,
  ): Promise<Proposal | undefined> {
    const open = await this.open(source, item)
    if (!open || !stands(open, records, now)) return undefined
    const { recordIds: _, versions: __, ...proposal } = open
    return proposal
  }

  private async open(source: EntityManager, { lo, hi }: ItemId): Promise<Known | undefined> {
    const [found] = await source.query(
      `select id as "proposalId", account_id as "proposedById", account_name as "proposedBy", reason,
         proposed_at as "proposedAt", expires_at as "expiresAt", record_ids::text[] as "recordIds", versions
       from override_proposal where lo = $1 and hi = $2 and ended_at is null`,
      [lo, hi],
    )
    return found
  }

  private async propose(
    tx: EntityManager,
    { lo, hi }: ItemId,
    records: ReadonlyMap<string, number>,
    { sender, reason, now }: Signature,
  ): Promise<Proposal> {
    const expiresAt = new Date(now.getTime() + PROPOSAL_DAYS * 86_400_000)
    const proposalId = uuidv7()
    // One that expired, or that was about other records, makes room.
    await tx.query(
      `update override_proposal set ended_at = $3, ended_by = $4, outcome = 'replaced'
       where lo = $1 and hi = $2 and ended_at is null`,
      [lo, hi, now, sender.accountId],
    )
    await tx.query(
      `insert into override_proposal
         (id, lo, hi, record_ids, versions, account_id, account_name, reason, proposed_at, expires_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      [
        proposalId,
        lo,
        hi,
        arrayOf([...records.keys()]),
        arrayOf([...records.values()]),
        sender.accountId,
        sender.name,
        reason,
        now,
        expiresAt,
      ],
    )
    return { proposalId, proposedById: sender.accountId, proposedBy: sender.name, reason, proposedAt: now, expiresAt }
  }

  private async end(
    tx: EntityManager,
    proposalId: string,
    outcome: 'confirmed' | 'withdrawn',
    { sender, now }: Pick<Signature, 'sender' | 'now'>,
    judgementId: string | null,
  ): Promise<void> {
    await tx.query(
      `update override_proposal set ended_at = $2, ended_by = $3, outcome = $4, judgement_id = $5 where id = $1`,
      [proposalId, now, sender.accountId, outcome, judgementId],
    )
  }
}

/** The records of both sides and their versions. */
function versionsOf({ known, lo, hi }: LockedItem): ReadonlyMap<string, number> {
  const both = new Set([...lo, ...hi])
  return new Map(known.members.flatMap(({ id, version }) => (both.has(id) ? [[id, version]] : [])))
}

/** Whether a proposal is about the records as they are now: both persons must have looked at the same. Pure. */
function stands({ recordIds, versions, expiresAt }: Known, records: ReadonlyMap<string, number>, now: Date): boolean {
  const same = recordIds.every((id, at) => records.get(id) === versions[at])
  return same && records.size === recordIds.length && expiresAt > now
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
