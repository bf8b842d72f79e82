export type { BlockingReport, DroppedBlock, RuleKeys } from './blocking.ts'
export { type Clustering, type ClusteringOptions, cluster, type EdgeList, type MustLink } from './clustering.ts'
export { driversModel } from './drivers-model.ts'
export { type Evaluation, evaluate } from './evaluate.ts'
export { compareRows, explain, type Waterfall, type WaterfallStep } from './explain.ts'
export { hashText } from './hash.ts'
export { exclusiveText, type KeyText, keyTexts } from './key-texts.ts'
export { freezeKnowledge, type Hub, type Knowledge, knowledgeOf } from './knowledge.ts'
export { type Linked, type LinkOptions, type LinkStage, linkRecords } from './link.ts'
export { type LoadedTable, loadTable } from './load-table.ts'
export { InvalidModel, type Model, type ModelInput, parseModel } from './model.ts'
export { type NextEpoch, nextEpoch } from './next-epoch.ts'
export {
  type Partition,
  type PartitionDecision,
  type PartitionEdge,
  type PartitionRecord,
  partition,
} from './partition.ts'
export { type CsvRow, detectEncoding, type Encoding, readCsv, UnreadableFile } from './read-csv.ts'
export { linkageReport } from './report.ts'
export { MISSING, Scorer } from './score.ts'
export { scoreInParallel } from './score-parallel.ts'
export { DuplicateRecord, type Table, TableBuilder, tableOf } from './table.ts'
export { TrainingFailed, type TrainingReport, train } from './train.ts'
export { escapeXml, waterfallSvg } from './waterfall-svg.ts'
