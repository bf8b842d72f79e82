export { createDataSource, migrate, type ServiceDatabase, schemaOf } from './data-source.ts'
export { afterCommit, isDatabaseOutage, lostAgainstAnother, TransactionConflict, transact } from './transaction.ts'
