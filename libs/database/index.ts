export { arrayOf } from './array-of.ts'
export { copyInto } from './copy-into.ts'
export {
  DataFolderError,
  type DataFolderProblem,
  openDataFolder,
  SecondInstanceError,
} from './data-folder.ts'
export { createDataSource, migrate, type ServiceDatabase, schemaOf } from './data-source.ts'
export { isDatabaseOutage, isUniqueViolation, lostAgainstAnother, TransactionConflict } from './database-errors.ts'
export { type EmbeddedPostgres, type EmbeddedPostgresOptions, startEmbeddedPostgres } from './embedded-postgres.ts'
export { GroupCommit, type GroupCommitLimits } from './group-commit.ts'
export { lockKeys } from './lock-keys.ts'
export { type Bound, type Prepared, runPrepared, runTogether } from './prepared.ts'
export {
  afterCommit,
  type Closing,
  REFUSE_UNLESS,
  runClosing,
  transact,
  transactionOf,
  transactOn,
  withCommit,
} from './transaction.ts'
