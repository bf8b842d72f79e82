import { setTimeout as sleep } from 'node:timers/promises'
import type { DataSource, EntityManager } from 'typeorm'

/** Tries of one transaction that loses against others (deadlock, serialisation, out-of-order append). */
const TRIES = 5

/**
 * Runs `work` in one transaction, again from the start when it lost against a concurrent one.
 *
 * Callbacks that the work registered with {@link afterCommit} run once the commit is durable. `work` must have no
 * effect outside of the database, since it may run more than once.
 */
export async function transact<T>(dataSource: DataSource, work: (tx: EntityManager) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const runner = dataSource.createQueryRunner()
    try {
      await runner.startTransaction()
      const result = await work(runner.manager)
      await runner.commitTransaction()
      for (const callback of (runner.data.afterCommit as Callback[] | undefined) ?? []) callback()
      return result
    } catch (error) {
      if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => {})
      if (!lostAgainstAnother(error) || attempt === TRIES) throw error
      await sleep(2 ** attempt * 5 * Math.random())
    } finally {
      await runner.release()
    }
  }
}

/** Registers something to do once the transaction of `tx` has committed, such as waking a reader. */
export function afterCommit(tx: EntityManager, callback: Callback): void {
  const runner = tx.queryRunner
  if (!runner?.isTransactionActive) throw new Error('afterCommit needs a transaction')
  runner.data.afterCommit ??= []
  runner.data.afterCommit.push(callback)
}

type Callback = () => void

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
 * True when the database can't be reached or is going down: SQLSTATE classes 08 (connection), 53 (resources) and 57P
 * (shutdown), or an error of the socket. The same work will succeed once the database is back.
 */
export function isDatabaseOutage(error: unknown): boolean {
  const code = codeOf(error)
  if (code !== undefined) return /^(08|53|57P|25P0[34]|ECONN|EPIPE|ETIMEDOUT|ENOENT|EAI_AGAIN)/.test(code)
  return error instanceof Error && /Connection terminated|timeout exceeded when trying to connect/i.test(error.message)
}

function codeOf(error: unknown): string | undefined {
  const { code, driverError } = (error ?? {}) as { code?: unknown; driverError?: { code?: unknown } }
  const found = driverError?.code ?? code
  return typeof found === 'string' ? found : undefined
}
