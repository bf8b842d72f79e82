import { Injectable } from '@nestjs/common'
import type { EntityManager } from 'typeorm'
import type { Suspicion } from '../partition/suspicions.ts'
import type { Signature } from '../reasoned.ts'
import { presentKind } from './comparison.ts'
import { DecisionLocks, type DecisionOutcome, type LockedIdentities } from './decision-locks.ts'
import { type JudgementKind, JudgementStore } from './judgement-store.ts'
import { type ItemId, Leases } from './leases.ts'
import { type DecisionLink, differenceLinks, joiningLinks } from './links.ts'
import { conflict, itemSettled } from './problems.ts'

/** A review item under lock, with the records of both sides. */
export interface LockedItem extends Pick<LockedIdentities, 'known' | 'options'> {
  readonly id: ItemId
  readonly kind: Suspicion['kind']
  readonly lo: readonly string[]
  readonly hi: readonly string[]
}

/** Decides review items: exclusive, with authority over both sides, all or nothing. */
@Injectable()
export class PairDecisions {
  constructor(
    private readonly locks: DecisionLocks,
    private readonly leases: Leases,
    private readonly judgements: JudgementStore,
  ) {}

  /** The two are one person. Two valid, different resident ids need a second person: see `Overrides`. */
  async accept(id: ItemId, signature: Signature): Promise<DecisionOutcome> {
    return this.locks.transact(async (tx) => {
      const item = await this.lock(tx, id, signature)
      if (item.kind === 'id_conflict') throw overrideNeeded()
      return this.decide(tx, item, 'accept', joining(item, false), signature)
    })
  }

  /** The two are different people: remembered, whatever comes later. */
  async reject(id: ItemId, signature: Signature): Promise<DecisionOutcome> {
    return this.locks.transact(async (tx) => {
      const item = await this.lock(tx, id, signature)
      return this.decide(tx, item, 'reject', differenceLinks(item.known, item.lo, item.hi), signature)
    })
  }

  /**
   * Locks both identities of an item and makes sure that it still stands and nobody else has it.
   *
   * @throws {DomainError} `review_item_settled`, `review_item_leased`, `not_allowed`
   */
  async lock(tx: EntityManager, id: ItemId, { sender, now }: Signature): Promise<LockedItem> {
    const { known, records, options } = await this.locks.lock(tx, [id.lo, id.hi], sender)
    const [found] = await tx.query(`select kind from review_item where lo = $1 and hi = $2`, [id.lo, id.hi])
    const [lo, hi] = [records.get(id.lo), records.get(id.hi)]
    if (!found || !lo || !hi) throw itemSettled()
    await this.leases.check(tx, id, sender, now)
    const membersOf = (ids: readonly string[]) => known.members.filter((member) => ids.includes(member.id))
    return { id, kind: presentKind(found.kind, membersOf(lo), membersOf(hi)), known, options, lo, hi }
  }

  /** Writes the judgement and recomputes. */
  async decide(
    tx: EntityManager,
    { id, lo, hi }: LockedItem,
    kind: JudgementKind,
    links: readonly DecisionLink[],
    signature: Signature,
  ): Promise<DecisionOutcome> {
    const judgementId = await this.judgements.add(tx, kind, links, signature)
    await this.leases.end(tx, id, signature.now)
    return this.locks.recompute(tx, judgementId, [...lo, ...hi], signature.now)
  }
}

/** The links that make both sides one. @throws {DomainError} `other_decisions_forbid` */
export function joining({ known, lo, hi, options }: LockedItem, override: boolean): DecisionLink[] {
  const links = joiningLinks(known, lo, hi, override, options)
  if (links) return links
  throw conflict('other_decisions_forbid', {
    zh: '已有“不是同一人”的决定或身份证号不一致，无法合并。请先撤销相关决定',
    en: 'Earlier decisions or different resident ids forbid it: undo those decisions first',
  })
}

function overrideNeeded() {
  return conflict('override_needed', {
    zh: '两人的身份证号都有效但不同，一人不能决定合并。请提出特批，由另一位管理员确认',
    en: 'Both resident ids are valid and differ: propose an override, which a second admin has to confirm',
  })
}
