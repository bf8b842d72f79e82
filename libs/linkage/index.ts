export { type BlockingReport, type DroppedBlock } from './blocking.ts'
export { cluster, type Clustering, type ClusteringOptions, type EdgeList, type MustLink } from './clustering.ts'
export { type Evaluation, evaluate } from './evaluate.ts'
export { freezeKnowledge, type Hub, type Knowledge, knowledgeOf } from './knowledge.ts'
export { type Linked, type LinkOptions, type LinkStage, linkRecords } from './link.ts'
export { InvalidModel, type Model, type ModelInput, parseModel } from './model.ts'
export { indexParts, type PartIndexes } from './parts.ts'
export {
  type Partition,
  partition,
  type PartitionDecision,
  type PartitionEdge,
  type PartitionRecord,
} from './partition.ts'
export { detectEncoding, type Encoding, readCsv, UnreadableFile } from './read-csv.ts'
export { MISSING, Scorer } from './score.ts'
export { DuplicateRecord, type Table, TableBuilder, tableOf } from './table.ts'
export { type TrainingReport, TrainingFailed, train } from './train.ts'
