import { QueryRunnerAlreadyReleasedError, QueryRunnerProviderAlreadyReleasedError } from 'typeorm'

/** A transaction came too late and has to run again; classed with serialisation failures. */
export class TransactionConflict extends Error {
  override readonly name = 'TransactionConflict'
  readonly code = '40001'
}

/** True for a transaction that may succeed when run again at once: SQLSTATE class 40. */
export function lostAgainstAnother(error: unknown): boolean {
  return codeOf(error)?.startsWith('40') ?? false
}

/**
 * SQLSTATE classes 08 (connection) and 53 (resources) but for 53200, the shutdowns of class 57, a primary that became a
 * standby (25006), and the errors of sockets.
 */
const OUTAGE = /^(08|53(?!200)|57P|25006|ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)/

/** What node-postgres says when a connection is gone, or none is free. */
const WITHOUT_CODE =
  /Connection terminated|(connection error|closed) and is not queryable|timeout exceeded when trying to conn/

/**
 * True when the database can't be reached, is going down or lacks resources: the same work will succeed once it is
 * back. A transaction that was ended because it took too long (25P03, 25P04), or for which memory or the table of locks
 * did not suffice (53200), is none: it would fail again, a smaller one may not.
 */
export function isDatabaseOutage(error: unknown): boolean {
  const code = codeOf(error)
  if (code !== undefined) return OUTAGE.test(code)
  // TypeORM lets go of a connection as soon as it breaks: the next statement of the transaction finds none.
  if (error instanceof QueryRunnerAlreadyReleasedError) return true
  if (error instanceof QueryRunnerProviderAlreadyReleasedError) return true
  return error instanceof Error && WITHOUT_CODE.test(error.message)
}

/** True when a row could not be written since another one has its key. */
export function isUniqueViolation(error: unknown, constraint: string): boolean {
  return codeOf(error) === '23505' && (error as { constraint?: unknown }).constraint === constraint
}

/** The SQLSTATE of an error, or the code of a socket's. */
export function codeOf(error: unknown): string | undefined {
  const { code, driverError } = (error ?? {}) as { code?: unknown; driverError?: { code?: unknown } }
  const found = driverError?.code ?? code
  return typeof found === 'string' ? found : undefined
}
