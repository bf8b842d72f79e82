import { Injectable } from '@nestjs/common'
import type { EntityManager } from 'typeorm'
import type { Principal } from '#libs/platform'
import type { suspicionKinds } from '../partition/suspicions.ts'
import { Court, type Scene, type Verdict } from './court.ts'
import { type JudgementKind, JudgementStore } from './judgement-store.ts'
import { type ItemId, Leases } from './leases.ts'
import { type DecisionLink, differenceLinks, joiningLinks } from './links.ts'
import { conflict, itemSettled } from './problems.ts'

/** A review item under lock, with the records of both sides. */
export interface Hearing {
  readonly item: ItemId
  readonly kind: (typeof suspicionKinds)[number]
  readonly scene: Scene
  readonly lo: readonly string[]
  readonly hi: readonly string[]
}

/** Decides review items: exclusive, with authority over both sides, all or nothing. */
@Injectable()
export class PairDecisions {
  constructor(
    private readonly court: Court,
    private readonly leases: Leases,
    private readonly judgements: JudgementStore,
  ) {}

  /** The two are one person. Two valid, different resident ids need a second person: see `Overrides`. */
  async accept(item: ItemId, reason: string, sender: Principal, now: Date): Promise<Verdict> {
    return this.court.hear(async (tx) => {
      const hearing = await this.open(tx, item, sender, now)
      if (hearing.kind === 'id_conflict') throw overrideNeeded()
      return this.close(tx, hearing, 'accept', joining(hearing, false), reason, sender, now)
    })
  }

  /** The two are different people: remembered, whatever comes later. */
  async reject(item: ItemId, reason: string, sender: Principal, now: Date): Promise<Verdict> {
    return this.court.hear(async (tx) => {
      const hearing = await this.open(tx, item, sender, now)
      const links = differenceLinks(hearing.scene.known, hearing.lo, hearing.hi)
      return this.close(tx, hearing, 'reject', links, reason, sender, now)
    })
  }

  /**
   * Locks both identities of an item and makes sure that it still stands and nobody else has it.
   *
   * @throws {DomainError} `review_item_settled`, `review_item_leased`, `not_allowed`
   */
  async open(tx: EntityManager, item: ItemId, sender: Principal, now: Date): Promise<Hearing> {
    const scene = await this.court.lock(tx, [item.lo, item.hi], sender)
    const [found] = await tx.query(`select kind from review_item where lo = $1 and hi = $2`, [item.lo, item.hi])
    const [lo, hi] = [scene.records.get(item.lo), scene.records.get(item.hi)]
    if (!found || !lo || !hi) throw itemSettled()
    await this.leases.check(tx, item, sender, now)
    return { item, kind: found.kind, scene, lo, hi }
  }

  /** Writes the judgement and recomputes. */
  async close(
    tx: EntityManager,
    { item, lo, hi }: Hearing,
    kind: JudgementKind,
    links: readonly DecisionLink[],
    reason: string,
    sender: Principal,
    now: Date,
  ): Promise<Verdict> {
    const judgementId = await this.judgements.add(tx, kind, links, reason, sender, now)
    await this.leases.end(tx, item, now)
    return this.court.apply(tx, judgementId, [...lo, ...hi], now)
  }
}

/** The links that make both sides one. @throws {DomainError} `other_decisions_forbid` */
export function joining({ scene, lo, hi }: Hearing, override: boolean): DecisionLink[] {
  const links = joiningLinks(scene.known, lo, hi, override, scene.options)
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
