import { setTimeout as sleep } from 'node:timers/promises'
import {
  type DataSource,
  type EntityManager,
  type QueryRunner,
  QueryRunnerAlreadyReleasedError,
  QueryRunnerProviderAlreadyReleasedError,
} from 'typeorm'

/** Tries of one transaction that loses against others (deadlock, serialisation, out-of-order append). */
const TRIES = 5

/**
 * Runs `work` in one transaction, again from the start when it lost against a concurrent one.
 *
 * Callbacks that the work registered with {@link afterCommit} run once the commit is durable. `work` must have no
 * effect outside of the database, since it may run more than once.
 */
export async function transact<T>(dataSource: DataSource, work: (tx: EntityManager) => Promise<T>): Promise<T> {
  return untilWon(async () => {
    const runner = dataSource.createQueryRunner()
    try {
      return await once(runner, work)
    } finally {
      await runner.release()
    }
  })
}

/**
 * As {@link transact}, on a connection that the caller keeps, with the locks and temporary tables of its session. Once that
 * connection is broken nothing is done any more.
 */
export async function transactOn<T>(runner: QueryRunner, work: (tx: EntityManager) => Promise<T>): Promise<T> {
  return untilWon(() => once(runner, work))
}

async function untilWon<T>(attemptOnce: () => Promise<Outcome<T>>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      const { result, callbacks } = await attemptOnce()
      for (const callback of callbacks) callback()
      return result
    } catch (error) {
      if (!lostAgainstAnother(error) || attempt === TRIES) throw error
      await sleep(2 ** attempt * 5 * Math.random())
    }
  }
}

/** Registers something to do once the transaction of `tx` has committed, such as waking a reader. It must not throw. */
export function afterCommit(tx: EntityManager, callback: Callback): void {
  const runner = tx.queryRunner
  if (!runner?.isTransactionActive) throw new Error('afterCommit needs a transaction')
  runner.data.afterCommit ??= []
  runner.data.afterCommit.push(callback)
}

/** An object that stands for the transaction of `tx`, to remember something about it: another one for every try. */
export function transactionOf(tx: EntityManager): object {
  const runner = tx.queryRunner
  if (!runner?.isTransactionActive) throw new Error('there is no transaction')
  return runner.data
}

type Callback = () => void

interface Outcome<T> {
  readonly result: T
  readonly callbacks: readonly Callback[]
}

async function once<T>(runner: QueryRunner, work: (tx: EntityManager) => Promise<T>): Promise<Outcome<T>> {
  runner.data = { afterCommit: [] }
  try {
    await runner.startTransaction()
    const result = await work(runner.manager)
    await runner.commitTransaction()
    return { result, callbacks: runner.data.afterCommit }
  } catch (error) {
    if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => {})
    throw error
  }
}

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

function codeOf(error: unknown): string | undefined {
  const { code, driverError } = (error ?? {}) as { code?: unknown; driverError?: { code?: unknown } }
  const found = driverError?.code ?? code
  return typeof found === 'string' ? found : undefined
}
