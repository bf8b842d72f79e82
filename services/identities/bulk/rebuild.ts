import { Injectable } from '@nestjs/common'
import { Epochs } from '../evidence/epochs.ts'
import { type Progress, RecordLinker } from './record-linker.ts'
import { type TakenOver, TakeOver } from './take-over.ts'

/** Derives everything that follows from the records anew: keys, pairs, people, review items. Changes nothing that is in order. */
@Injectable()
export class Rebuild {
  constructor(
    private readonly epochs: Epochs,
    private readonly linker: RecordLinker,
    private readonly takeOver: TakeOver,
  ) {}

  async run(progress: Progress): Promise<TakenOver> {
    const model = await this.epochs.refresh()
    const gathered = await this.linker.read(model, progress)
    await this.linker.score(gathered, progress)
    return this.takeOver.run(gathered, progress)
  }
}
