/**
 * Record linkage: finds which records are about one person, and says why. Pure code without a framework or a database.
 * {@link linkRecords} in `link.ts` runs the whole way over a file; a service takes the same steps for a few records at a time.
 * The folders, in the order of the way of the data:
 *
 * - `fields/`: what a name, a resident id, a phone, a plate, a place is: its cleaned text, its parts, how two are compared.
 * - `model/`: the JSON that names fields, comparisons with their m and u, blocking rules and thresholds, and its checks;
 *   `drivers-model.ts` is the built-in one.
 * - `csv/`: reads a file, or parts of it, in the encodings that occur.
 * - `memory/`: growing lists, texts and their hashes in flat arrays, which threads share without copying.
 * - `table/`: records by column, each distinct value once, with the hashes of its parts; made from rows or a file.
 * - `knowledge/`: what counting the table tells: how frequent values are, and which many people use (hubs). An epoch freezes it.
 * - `blocking/`: the keys of each record; records that share one are candidates, so that not every pair is compared.
 * - `scoring/`: the weight of a candidate pair in milli-bits, and the waterfall that explains it.
 * - `training/`: learns m and u without labels; a model, trained and with its knowledge frozen, is the next epoch.
 * - `clustering/`: from weights and people's decisions to the partition, whatever the order of the records.
 * - `report/`: what came of it: pairs to review, agreement with a truth, charts.
 * - `threads/`: worker threads for the heavy steps, and the list of what they can do.
 */

export type { BlockingReport, DroppedBlock } from './blocking/blocking.ts'
export { exclusiveText, type KeyText, keyTexts } from './blocking/key-texts.ts'
export type { RuleKeys } from './blocking/rule-keys.ts'
export { type Clustering, cluster } from './clustering/clustering.ts'
export {
  type ClusteringOptions,
  clusteringOptionsOf,
  type EdgeList,
  type MustLink,
} from './clustering/clustering-input.ts'
export { DisjointSets } from './clustering/disjoint-sets.ts'
export {
  type Partition,
  type PartitionDecision,
  type PartitionEdge,
  type PartitionRecord,
  partition,
} from './clustering/partition.ts'
export { type CsvRow, readCsv } from './csv/read-csv.ts'
export { type Encoding, encodingOf, type NoText, UnreadableFile } from './csv/text-encoding.ts'
export { freezeKnowledge } from './knowledge/freeze-knowledge.ts'
export type { Hub } from './knowledge/hubs.ts'
export { type Knowledge, knowledgeOf } from './knowledge/knowledge.ts'
export { type Linked, type LinkOptions, type LinkStage, linkRecords } from './link.ts'
export { NumberList } from './memory/flat-memory.ts'
export { hashText } from './memory/hash.ts'
export { driversModel } from './model/drivers-model.ts'
export { InvalidModel, type Model, type ModelInput, parseModel } from './model/model.ts'
export { type Evaluation, evaluate } from './report/evaluate.ts'
export { linkageReport } from './report/linkage-report.ts'
export { type ReviewPair, reviewPairs } from './report/review-pairs.ts'
export { escapeXml, waterfallSvg } from './report/waterfall-svg.ts'
export type { ScoringInput } from './scoring/compiled-model.ts'
export { compareRows, explain, probabilityOf, type Waterfall, type WaterfallStep } from './scoring/explain.ts'
export { scoreInParallel } from './scoring/score-in-parallel.ts'
export { MISSING, Scorer } from './scoring/scorer.ts'
export type { LoadedTable } from './table/load-records.ts'
export { loadTable } from './table/load-table.ts'
export type { Table } from './table/table.ts'
export { DuplicateRecord, TableBuilder, type TablePurpose, tableOf } from './table/table-builder.ts'
export { COMPILED } from './threads/work-threads.ts'
export { type NextEpoch, nextEpoch } from './training/next-epoch.ts'
export { TrainingFailed, type TrainingReport, train } from './training/train.ts'
