import { Injectable } from '@nestjs/common'
import { ActiveModel } from '../evidence/active-model.ts'
import type { JobContext } from './bulk-jobs.ts'
import { RecordLinker } from './record-linker.ts'
import { type Replaced, ReplacePartition } from './replace-partition.ts'

/** Derives everything that follows from the records anew: keys, pairs, people, review items. Changes nothing that is in order. */
@Injectable()
export class Rebuild {
  constructor(
    private readonly activeModel: ActiveModel,
    private readonly linker: RecordLinker,
    private readonly replacePartition: ReplacePartition,
  ) {}

  async run(context: JobContext): Promise<Replaced> {
    const model = await this.activeModel.refresh()
    const gathered = await this.linker.read(model, context.progress)
    await this.linker.score(gathered, context.progress)
    const replaced = await this.replacePartition.run(gathered, context)
    await this.activeModel.refresh()
    return replaced
  }
}
