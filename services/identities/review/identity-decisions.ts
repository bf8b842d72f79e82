import { Injectable } from '@nestjs/common'
import { DataSource } from 'typeorm'
import { DomainError, forbidden, type Principal } from '#libs/platform'
import type { Signature } from '../reasoned.ts'
import { mayDecide } from './authority.ts'
import { DecisionLocks, type DecisionOutcome } from './decision-locks.ts'
import { JudgementStore } from './judgement-store.ts'
import { partingLinks } from './links.ts'
import { conflict, noSuchIdentity } from './problems.ts'
import type { Field } from './record-fields.ts'

/** Decides about single people: takes records out, takes judgements back, chooses which value stands. */
@Injectable()
export class IdentityDecisions {
  constructor(
    private readonly dataSource: DataSource,
    private readonly locks: DecisionLocks,
    private readonly judgements: JudgementStore,
  ) {}

  /** These records are another person's, one person's together. */
  async split(identityId: string, recordIds: readonly string[], signature: Signature): Promise<DecisionOutcome> {
    return this.locks.transact(async (tx) => {
      const { known, records, options } = await this.locks.lock(tx, [identityId], signature.sender)
      const all = records.get(identityId)
      if (!all) throw noSuchIdentity()
      const part = new Set(recordIds)
      const rest = all.filter((id) => !part.has(id))
      if (all.length - rest.length !== part.size) throw recordsElsewhere()
      if (rest.length === 0) throw nothingLeft()
      const links = partingLinks(known, [...part], rest, options)
      if (!links) throw otherDecisions()
      const judgementId = await this.judgements.add(tx, 'split', links, signature)
      return this.locks.recompute(tx, judgementId, all, signature.now)
    })
  }

  /** Takes a judgement back and decides anew without it: nothing is patched, so nothing of it stays. */
  async undo(judgementId: string, signature: Signature): Promise<DecisionOutcome> {
    return this.locks.transact(async (tx) => {
      const judgement = await this.judgements.one(tx, judgementId)
      if (!judgement) {
        throw new DomainError('not_found', 'no_such_judgement', {
          zh: '没有这个决定，请刷新',
          en: 'There is no such judgement: refresh the page',
        })
      }
      const { records } = await this.locks.lockHolders(tx, judgement.recordIds, signature.sender)
      const living = [...records.values()].flat()
      // Nothing is left of its records: nobody has authority over them but who runs the system.
      if (living.length === 0 && !mayDecide(signature.sender, [])) throw forbidden()
      if (!(await this.judgements.revoke(tx, judgementId, signature))) {
        throw conflict('judgement_revoked', {
          zh: '该决定已被撤销，请刷新',
          en: 'The judgement was taken back already: refresh the page',
        })
      }
      return this.locks.recompute(tx, judgementId, living, signature.now, judgement.at)
    })
  }

  /** Prefers a record's value of a field; without a record, the rule decides again. */
  async choose(identityId: string, field: Field, recordId: string | null, sender: Principal, now: Date): Promise<void> {
    await this.locks.transact(async (tx) => {
      const records = (await this.locks.lock(tx, [identityId], sender)).records.get(identityId)
      if (!records) throw noSuchIdentity()
      if (recordId === null) {
        await tx.query(`delete from survivor_choice where identity_id = $1 and field = $2`, [identityId, field])
        return
      }
      if (!records.includes(recordId)) throw recordsElsewhere()
      await tx.query(
        `insert into survivor_choice (identity_id, field, record_id, account_id, account_name, chosen_at)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (identity_id, field) do update set record_id = excluded.record_id,
           account_id = excluded.account_id, account_name = excluded.account_name, chosen_at = excluded.chosen_at`,
        [identityId, field, recordId, sender.accountId, sender.name, now],
      )
    })
  }

  /** The records that were chosen, by field; some may be elsewhere by now, see `survivorsOf`. */
  async choices(identityId: string): Promise<Partial<Record<Field, string>>> {
    const rows: { field: Field; recordId: string }[] = await this.dataSource.query(
      `select field, record_id as "recordId" from survivor_choice where identity_id = $1`,
      [identityId],
    )
    return Object.fromEntries(rows.map(({ field, recordId }) => [field, recordId]))
  }
}

function recordsElsewhere() {
  return conflict('records_elsewhere', {
    zh: '所选记录已不属于此人，请刷新后重新选择',
    en: 'Some of the records are not this person’s (any more): refresh the page and choose again',
  })
}

function nothingLeft() {
  return new DomainError('unprocessable', 'nothing_left', {
    zh: '至少要留下一条记录，请少选一些',
    en: 'At least one record has to stay: choose fewer',
  })
}

function otherDecisions() {
  return conflict('other_decisions_forbid', {
    zh: '与已有决定冲突，无法拆分。请先撤销相关决定',
    en: 'Earlier decisions forbid it: undo those first',
  })
}
