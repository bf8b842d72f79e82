import { blockRecords } from '../blocking/blocking.ts'
import { freezeKnowledge } from '../knowledge/freeze-knowledge.ts'
import { knowledgeOf } from '../knowledge/knowledge.ts'
import type { Model } from '../model/model.ts'
import { type SharedTable, shareTable, type Table, tableFromShared } from '../table/table.ts'
import { WorkThreads } from '../threads/work-threads.ts'
import { type TrainingReport, train } from './train.ts'

/** A model that was trained on some records, with their frequencies and hubs frozen. */
export interface NextEpoch {
  readonly model: Model
  readonly report: TrainingReport
}

/**
 * The epoch after a model's own: frequencies and hubs counted anew in the table and frozen, m and u trained on it (see
 * {@link train}). The same records give the same epoch to the last bit, provided that the table has them in the same order.
 *
 * @param aside trains in a thread of its own, which needs code that Node runs as it is
 * @throws {TrainingFailed} when the model can't be trained, or there are too few records
 */
export async function nextEpoch(model: Model, table: Table, aside: boolean): Promise<NextEpoch> {
  if (!aside) return trainOn(model, table)
  const thread = new WorkThreads(1)
  try {
    const [epoch] = await thread.run('trainEpoch', [{ model, table: shareTable(table) }])
    return epoch!
  } finally {
    await thread.close()
  }
}

/** {@link nextEpoch} in a worker thread. */
export function trainEpoch({ model, table }: { readonly model: Model; readonly table: SharedTable }): NextEpoch {
  return trainOn(model, tableFromShared(model, table))
}

function trainOn(model: Model, table: Table): NextEpoch {
  // Counts are shares of the records that were counted: a population that was only assumed would make every value look rare.
  const open = { ...model, prior: { ...model.prior, population: undefined } }
  const frozen = { ...model, ...freezeKnowledge(open, table) }
  const knowledge = knowledgeOf(frozen, table)
  return train({ model: frozen, table, knowledge }, blockRecords(frozen, table, knowledge))
}
