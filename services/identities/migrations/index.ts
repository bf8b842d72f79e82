export { Identities1767225603000 } from './1767225603000-identities.ts'
export { EvidenceAndPartition1767225620000 } from './1767225620000-evidence-and-partition.ts'
export { Review1767225621000 } from './1767225621000-review.ts'
export { Epochs1767225622000 } from './1767225622000-epochs.ts'
