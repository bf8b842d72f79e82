export type { BlockingReport, DroppedBlock } from './blocking/blocking.ts'
export { exclusiveText, type KeyText, keyTexts } from './blocking/key-texts.ts'
export type { RuleKeys } from './blocking/rule-keys.ts'
export {
  type Clustering,
  type ClusteringOptions,
  cluster,
  clusteringOptionsOf,
  type EdgeList,
  type MustLink,
} from './clustering/clustering.ts'
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
export { compareRows, explain, probabilityOf, type Waterfall, type WaterfallStep } from './scoring/explain.ts'
export { scoreInParallel } from './scoring/score-in-parallel.ts'
export { MISSING, Scorer, type ScoringInput } from './scoring/scorer.ts'
export type { LoadedTable } from './table/load-records.ts'
export { loadTable } from './table/load-table.ts'
export type { Table } from './table/table.ts'
export { DuplicateRecord, TableBuilder, tableOf } from './table/table-builder.ts'
export { COMPILED } from './threads/work-threads.ts'
export { type NextEpoch, nextEpoch } from './training/next-epoch.ts'
export { TrainingFailed, type TrainingReport, train } from './training/train.ts'
