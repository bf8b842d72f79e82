export type { BlockingReport, DroppedBlock } from './blocking.ts'
export { type Clustering, type ClusteringOptions, cluster, type EdgeList, type MustLink } from './clustering.ts'
export { driversModel } from './drivers-model.ts'
export { type Evaluation, evaluate } from './evaluate.ts'
export { freezeKnowledge, type Hub, type Knowledge, knowledgeOf } from './knowledge.ts'
export { type Linked, type LinkOptions, type LinkStage, linkRecords } from './link.ts'
export { InvalidModel, type Model, type ModelInput, parseModel } from './model.ts'
export {
  type Partition,
  type PartitionDecision,
  type PartitionEdge,
  type PartitionRecord,
  partition,
} from './partition.ts'
export { indexParts, type PartIndexes } from './parts.ts'
export { detectEncoding, type Encoding, readCsv, UnreadableFile } from './read-csv.ts'
export { MISSING, Scorer } from './score.ts'
export { DuplicateRecord, type Table, TableBuilder, tableOf } from './table.ts'
export { TrainingFailed, type TrainingReport, train } from './train.ts'
