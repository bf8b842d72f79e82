import { type BlockingReport, blockInParallel } from './blocking/blocking.ts'
import { sharedKey } from './blocking/rule-keys.ts'
import { type Clustering, cluster } from './clustering/clustering.ts'
import { clusteringOptionsOf, type EdgeList } from './clustering/clustering-input.ts'
import { type Knowledge, knowledgeOf } from './knowledge/knowledge.ts'
import type { Model } from './model/model.ts'
import { scoreWith } from './scoring/score-in-parallel.ts'
import { fieldPart, forEachHash } from './table/field-parts.ts'
import type { Table } from './table/table.ts'
import { WorkThreads } from './threads/work-threads.ts'
import { type TrainingReport, train } from './training/train.ts'

/** The steps of an offline run, in their order; `training` only when asked for. */
export type LinkStage = 'blocking' | 'training' | 'scoring' | 'clustering'

/** How to run. */
export interface LinkOptions {
  /** Worker threads for blocking and scoring; 0 does both in this thread. */
  readonly workers: number
  /** Learn m and u from the records first. */
  readonly train?: boolean
  /** Called when a stage starts and while it runs, with the share that is done. */
  readonly progress?: (stage: LinkStage, share: number) => void
}

/** Everything that an offline run found; positions are the table's. */
export interface Linked {
  readonly model: Model
  readonly knowledge: Knowledge
  readonly blocking: BlockingReport
  readonly training: TrainingReport | undefined
  readonly edges: EdgeList
  readonly compared: number
  /** True when two records share a blocking key, so were compared. */
  readonly wasCompared: (a: number, b: number) => boolean
  readonly histogram: Float64Array
  readonly clustering: Clustering
}

/**
 * Links all records of a table: blocks, trains if asked, scores every candidate pair, clusters. The result depends on the
 * records and the model only, not on the order of the records or the number of workers.
 */
export async function linkRecords(given: Model, table: Table, options: LinkOptions): Promise<Linked> {
  const threads = new WorkThreads(options.workers)
  try {
    return await linkWith(threads, given, table, options)
  } finally {
    await threads.close()
  }
}

async function linkWith(threads: WorkThreads, given: Model, table: Table, options: LinkOptions): Promise<Linked> {
  const progress = options.progress ?? (() => {})
  progress('blocking', 0)
  const before = knowledgeOf(given, table)
  const blocking = await blockInParallel(given, table, before, threads)
  if (options.train) progress('training', 0)
  const trained = options.train ? train({ model: given, table, knowledge: before }, blocking) : undefined
  const model = trained?.model ?? given
  const knowledge = trained ? knowledgeOf(model, table) : before
  progress('scoring', 0)
  const scored = await scoreWith(threads, { model, table, knowledge }, blocking.rules, (share) =>
    progress('scoring', share),
  )
  progress('clustering', 0)
  const clustering = cluster({
    size: table.size,
    idOf: (record) => table.ids.get(record),
    edges: scored,
    exclusive: exclusiveValues(model, table),
    options: clusteringOptionsOf(model),
  })
  return {
    model,
    knowledge,
    blocking: blocking.report,
    training: trained?.report,
    edges: scored,
    compared: scored.compared,
    wasCompared: (a, b) => blocking.rules.some((rule) => sharedKey(rule, a, b) !== 0),
    histogram: scored.histogram,
    clustering,
  }
}

/** Hash of the first exclusive value of each record, 0 where it has none. */
function exclusiveValues(model: Model, table: Table): Uint32Array {
  const values = new Uint32Array(table.size)
  for (const { field, part } of model.exclusive) {
    const index = fieldPart(model, table, field, part)
    for (let record = 0; record < table.size; record++) {
      forEachHash(index, record, (hash) => {
        values[record] ||= hash
      })
    }
  }
  return values
}
