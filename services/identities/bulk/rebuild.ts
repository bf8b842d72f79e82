import { Injectable } from '@nestjs/common'
import { ActiveModel } from '../evidence/active-model.ts'
import { type Progress, RecordLinker } from './record-linker.ts'
import { type Replaced, ReplacePartition } from './replace-partition.ts'

/** Derives everything that follows from the records anew: keys, pairs, people, review items. Changes nothing that is in order. */
@Injectable()
export class Rebuild {
  constructor(
    private readonly activeModel: ActiveModel,
    private readonly linker: RecordLinker,
    private readonly replacePartition: ReplacePartition,
  ) {}

  async run(progress: Progress): Promise<Replaced> {
    const model = await this.activeModel.refresh()
    const gathered = await this.linker.read(model, progress)
    await this.linker.score(gathered, progress)
    return this.replacePartition.run(gathered, progress)
  }
}
