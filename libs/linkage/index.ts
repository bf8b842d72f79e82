export type { RuleKeys } from './block-rule.ts'
export type { BlockingReport, DroppedBlock } from './blocking.ts'
export { type Clustering, type ClusteringOptions, cluster, type EdgeList, type MustLink } from './clustering.ts'
export { driversModel } from './drivers-model.ts'
export { type Evaluation, evaluate } from './evaluate.ts'
export { compareRows, explain, type Waterfall, type WaterfallStep } from './explain.ts'
export { hashText } from './hash.ts'
export { exclusiveText, type KeyText, keyTexts } from './key-texts.ts'
export { freezeKnowledge, type Hub, type Knowledge, knowledgeOf } from './knowledge.ts'
export { type Linked, type LinkOptions, type LinkStage, linkRecords } from './link.ts'
export type { LoadedTable } from './load-records.ts'
export { loadTable } from './load-table.ts'
export { InvalidModel, type Model, type ModelInput, parseModel } from './model.ts'
export { type NextEpoch, nextEpoch } from './next-epoch.ts'
export {
  type Partition,
  type PartitionDecision,
  type PartitionEdge,
  type PartitionRecord,
  partition,
} from './partition.ts'
export { type CsvRow, readCsv } from './read-csv.ts'
export { linkageReport } from './report.ts'
export { type ReviewPair, reviewPairs } from './review-pairs.ts'
export { MISSING, Scorer } from './score.ts'
export { scoreInParallel } from './score-parallel.ts'
export { DuplicateRecord, type Table, TableBuilder, tableOf } from './table.ts'
export { detectEncoding, type Encoding, UnreadableFile } from './text-encoding.ts'
export { TrainingFailed, type TrainingReport, train } from './train.ts'
export { escapeXml, waterfallSvg } from './waterfall-svg.ts'
