import { Injectable } from '@nestjs/common'
import { DataSource } from 'typeorm'
import { type Model, nextEpoch } from '#libs/linkage'
import { DomainError } from '#libs/platform'
import { ActiveModel } from '../evidence/active-model.ts'
import { type ChangeNumbers } from './bulk-change.ts'
import type { JobContext } from './bulk-jobs.ts'
import { EpochRegister } from './epoch-register.ts'
import { RecordLinker } from './record-linker.ts'
import { type Replaced, ReplacePartition } from './replace-partition.ts'
import { samplePairs } from './sample-pairs.ts'

/** Fewer records than these teach nothing but chance. */
const LEAST_RECORDS = 1_000

/** What the people of an activation are, against those of the draft that was approved. */
export const agreements = ['as_drafted', 'records_changed', 'unexplained', 'no_draft'] as const

export interface Activated extends Replaced {
  /** What was drafted, to be compared; null for an epoch that never was a draft. */
  readonly drafted: ChangeNumbers | null
  readonly agreement: (typeof agreements)[number]
}

/** Trains epochs and puts them in force. */
@Injectable()
export class EpochTraining {
  constructor(
    private readonly dataSource: DataSource,
    private readonly activeModel: ActiveModel,
    private readonly register: EpochRegister,
    private readonly linker: RecordLinker,
    private readonly replacePartition: ReplacePartition,
  ) {}

  /** @throws {DomainError} `too_few_records` */
  async checkRecords(): Promise<void> {
    const [{ records }] = await this.dataSource.query(`select count(*)::int as records from record`)
    if (records >= LEAST_RECORDS) return
    throw new DomainError('conflict', 'too_few_records', {
      zh: `训练至少需要 ${LEAST_RECORDS} 条记录，目前只有 ${records} 条`,
      en: `Training takes at least ${LEAST_RECORDS} records, there are ${records}: wait for more`,
    })
  }

  /** Trains the next epoch on all records, links them under it, and keeps it as a draft with what it would change. */
  async train(epoch: number, by: string, context: JobContext): Promise<ChangeNumbers> {
    const { progress } = context
    const current = await this.activeModel.refresh()
    const gathered = await this.linker.read(current, progress)
    progress('training', 0)
    const { model: trained } = await nextEpoch(current, gathered.table, this.linker.aside)
    const model = { ...trained, epoch }
    gathered.records.adopt(model)
    await this.linker.score(gathered, progress)
    const { numbers, whole, basis, outcome } = await this.replacePartition.compare(gathered, context)
    await this.register.keep({ model, numbers, samples: samplePairs(whole), basis, outcome }, by)
    return numbers
  }

  /** Puts a draft or an earlier epoch in force: links all records under it anew, and takes the outcome over at once. */
  async activate(model: Model, by: string, reason: string, context: JobContext): Promise<Activated> {
    const draft = await this.register.findDraft(model.epoch)
    const gathered = await this.linker.read(model, context.progress)
    await this.linker.score(gathered, context.progress)
    const done = await this.replacePartition.run(gathered, context, (tx, now) =>
      this.register.activate(tx, model, by, reason, now),
    )
    await this.activeModel.refresh()
    return { ...done, drafted: draft?.numbers ?? null, agreement: agreementOf(done, draft) }
  }
}

/** Whether an outcome is what was drafted; from the same records and decisions any difference is unexplained. */
export function agreementOf(
  done: Pick<Replaced, 'basis' | 'outcome'>,
  draft: Pick<Replaced, 'basis' | 'outcome'> | undefined,
): Activated['agreement'] {
  if (!draft) return 'no_draft'
  if (done.outcome === draft.outcome) return 'as_drafted'
  return done.basis === draft.basis ? 'unexplained' : 'records_changed'
}
