export { createDataSource, migrate, type ServiceDatabase, schemaOf } from './data-source.ts'
export { GroupCommit, type GroupCommitLimits } from './group-commit.ts'
export { lockKeys } from './lock-keys.ts'
export { afterCommit, isDatabaseOutage, lostAgainstAnother, TransactionConflict, transact } from './transaction.ts'
