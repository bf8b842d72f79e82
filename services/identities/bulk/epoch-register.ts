import { Injectable } from '@nestjs/common'
import { DataSource, type EntityManager } from 'typeorm'
import type { Model } from '#libs/linkage'
import { DomainError } from '#libs/platform'
import { ActiveModel } from '../evidence/active-model.ts'
import type { ChangeNumbers } from './bulk-change.ts'
import type { SamplePair } from './sample-pairs.ts'

/** A trained epoch that awaits a decision. */
export interface Draft {
  readonly model: Model
  readonly numbers: ChangeNumbers
  readonly samples: readonly SamplePair[]
  /** What it was drafted from, and what people that gives. */
  readonly basis: string
  readonly outcome: string
}

/** Epochs that are, were or may come in force. */
@Injectable()
export class EpochRegister {
  constructor(
    private readonly dataSource: DataSource,
    private readonly activeModel: ActiveModel,
  ) {}

  /** All epochs and drafts, newest first, without their models. */
  async list() {
    return this.dataSource.query(
      `select epoch, state, drafted_by as "draftedBy", drafted_at as "draftedAt", diff, decided_by as "decidedBy",
         activated_at as "activatedAt", reason, model_kept as "modelKept"
       from (
         select coalesce(m.sealed, d.sealed) is not null as model_kept,
            coalesce(m.epoch, d.epoch) as epoch, coalesce(m.state, d.state) as state, d.drafted_by, d.drafted_at, d.diff,
           coalesce(m.activated_by, d.decided_by) as decided_by, m.activated_at, coalesce(m.reason, d.reason) as reason
         from model_epoch m full join epoch_draft d on d.epoch = m.epoch) all_epochs order by epoch desc`,
    )
  }

  /** The number of the next draft: numbers are used once. @throws {DomainError} `epoch_draft_open` */
  async nextNumber(): Promise<number> {
    const [{ open, next }] = await this.dataSource.query(
      `select (select min(epoch) from epoch_draft where state = 'draft') as open,
         greatest((select max(epoch) from model_epoch), (select max(epoch) from epoch_draft)) + 1 as next`,
    )
    if (open === null) return next
    throw new DomainError(
      'conflict',
      'epoch_draft_open',
      {
        zh: `第 ${open} 期草案尚未决定，请先批准或放弃`,
        en: `The draft of epoch ${open} awaits a decision: approve or discard it first`,
      },
      { epoch: open },
    )
  }

  async keep({ model, numbers, samples, basis, outcome }: Draft, draftedBy: string): Promise<void> {
    await this.dataSource.query(
      `insert into epoch_draft (epoch, state, sealed, diff, samples, basis, outcome, drafted_by, drafted_at)
       values ($1, 'draft', $2, $3, $4, $5, $6, $7, now())`,
      [
        model.epoch,
        this.activeModel.seal(model),
        JSON.stringify(numbers),
        JSON.stringify(samples),
        basis,
        outcome,
        draftedBy,
      ],
    )
  }

  /**
   * A draft that is not discarded, of an epoch that is not in force yet or is already.
   *
   * @throws {DomainError} `no_such_epoch`, also when its model was removed
   */
  async draft(epoch: number): Promise<Draft> {
    const found = await this.findDraft(epoch)
    if (!found) throw noSuchEpoch()
    return found
  }

  /** As {@link draft}; undefined when there is none. */
  async findDraft(epoch: number): Promise<Draft | undefined> {
    const [row] = await this.dataSource.query(
      `select coalesce(m.sealed, d.sealed) as sealed, diff as numbers, samples, basis, outcome
       from epoch_draft d left join model_epoch m using (epoch) where epoch = $1 and d.state <> 'discarded'`,
      [epoch],
    )
    if (!row?.sealed) return undefined
    const { sealed, ...draft } = row
    return { ...draft, model: this.activeModel.open(sealed, epoch) }
  }

  /**
   * An epoch to be put in force: a draft, or one that was in force before.
   *
   * @throws {DomainError} `epoch_in_force`, `epoch_model_removed`, `no_such_epoch`
   */
  async candidate(epoch: number): Promise<Model> {
    const [known] = await this.dataSource.query(`select state, sealed from model_epoch where epoch = $1`, [epoch])
    if (!known) return (await this.draft(epoch)).model
    if (known.state === 'active') {
      throw new DomainError('conflict', 'epoch_in_force', {
        zh: '该期模型正在使用中，无需再次批准',
        en: 'This epoch is in force already',
      })
    }
    if (!known.sealed) {
      throw new DomainError('conflict', 'epoch_model_removed', {
        zh: '该期模型已按规定删除，只能恢复上一期；请重新训练',
        en: 'The model of this epoch was removed: only the previous one can come back. Train a new one',
      })
    }
    return this.activeModel.open(known.sealed, epoch)
  }

  /**
   * Puts an epoch in force, in a transaction under the epoch's lock. The epoch before keeps its model, so that one can go back;
   * of those before that the models go, unless they are shipped: a trained model holds names, numbers and plates of people.
   *
   * @throws {DomainError} when it was discarded meanwhile
   */
  async activate(tx: EntityManager, model: Model, by: string, reason: string, now: Date): Promise<void> {
    const [discarded] = await tx.query(`select from epoch_draft where epoch = $1 and state = 'discarded'`, [
      model.epoch,
    ])
    if (discarded) throw noSuchEpoch()
    await tx.query(
      `update model_epoch m set sealed = null where state = 'retired' and epoch <> $1
         and exists (select from epoch_draft d where d.epoch = m.epoch)`,
      [model.epoch],
    )
    await tx.query(`update model_epoch set state = 'retired' where state = 'active'`)
    await tx.query(
      `insert into model_epoch (epoch, state, sealed, activated_at, activated_by, reason)
       values ($1, 'active', $2, $3, $4, $5)
       on conflict (epoch) do update set state = 'active', sealed = $2, activated_at = $3, activated_by = $4, reason = $5`,
      [model.epoch, this.activeModel.seal(model), now, by, reason],
    )
    await tx.query(
      `update epoch_draft set state = 'approved', sealed = null, decided_by = $2, decided_at = $3, reason = $4
       where epoch = $1 and state = 'draft'`,
      [model.epoch, by, now, reason],
    )
  }

  /** Drops a draft and its model. @throws {DomainError} `no_such_epoch` when there is no open draft of that number */
  async discard(epoch: number, by: string, reason: string): Promise<void> {
    const [, discarded] = await this.dataSource.query(
      `update epoch_draft set state = 'discarded', sealed = null, decided_by = $2, decided_at = now(), reason = $3
       where epoch = $1 and state = 'draft'`,
      [epoch, by, reason],
    )
    if (discarded === 0) throw noSuchEpoch()
  }
}

function noSuchEpoch(): DomainError {
  return new DomainError('not_found', 'no_such_epoch', {
    zh: '没有这一期模型草案，请查看列表',
    en: 'There is no such epoch or open draft: see the list',
  })
}
