import { setTimeout as sleep } from 'node:timers/promises'
import {
  type DataSource,
  type EntityManager,
  type QueryRunner,
  QueryRunnerAlreadyReleasedError,
  QueryRunnerProviderAlreadyReleasedError,
} from 'typeorm'
import type { Bound } from './prepared.ts'

/** Tries of one transaction that loses against others (deadlock, serialisation, out-of-order append). */
const TRIES = 5

/**
 * Runs `work` in one transaction, again from the start when it lost against a concurrent one.
 *
 * Callbacks that the work registered with {@link afterCommit} run once the commit is durable. `work` must have no
 * effect outside of the database, since it may run more than once.
 */
export async function transact<T>(dataSource: DataSource, work: Work<T>): Promise<T> {
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
export async function transactOn<T>(runner: QueryRunner, work: Work<T>): Promise<T> {
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

/** What a transaction is there for. */
type Work<T> = (tx: EntityManager) => Promise<T> | T

/** Registers something to do once the transaction of `tx` has committed, such as waking a reader. It must not throw. */
export function afterCommit(tx: EntityManager, callback: Callback): void {
  stateOf(tx).afterCommit.push(callback)
}

/** A statement that is sent along with the commit. */
export interface Closing extends Bound {
  /** What it means when the statement {@link REFUSE_UNLESS refuses}: the transaction fails with this. */
  readonly refused?: () => Error
}

/** SQL that ends the transaction unless a condition holds: nobody looks at the rows of a statement sent with the commit. */
export const REFUSE_UNLESS = (condition: string) => `1 / (${condition})::int as refused_unless`

/** What dividing by zero is to PostgreSQL. */
const REFUSED = '22012'

/**
 * Sends a statement right before the commit, in the same go: for what the work itself has no need of any more. Those of one
 * transaction run in the order of these calls; `closing` is asked for its statement when the work is done.
 */
export function withCommit(tx: EntityManager, closing: () => Closing): void {
  stateOf(tx).closing.push(closing)
}

/** An object that stands for the transaction of `tx`, to remember something about it: another one for every try. */
export function transactionOf(tx: EntityManager): object {
  return stateOf(tx)
}

type Callback = () => void

/** What is remembered of a transaction until it ends. */
interface State {
  readonly afterCommit: Callback[]
  readonly closing: (() => Closing)[]
}

function stateOf({ queryRunner }: EntityManager): State {
  const state: Partial<State> = queryRunner?.isTransactionActive ? queryRunner.data : {}
  if (!state.closing) throw new Error('there is no transaction of transact')
  return state as State
}

interface Outcome<T> {
  readonly result: T
  readonly callbacks: readonly Callback[]
}

async function once<T>(runner: QueryRunner, work: Work<T>): Promise<Outcome<T>> {
  const client: Client = await runner.connect()
  const state: State = { afterCommit: [], closing: [] }
  const begun = begin(runner, client, state)
  try {
    const result = await work(runner.manager)
    await begun
    await commit(client, state.closing)
    ended(runner)
    return { result, callbacks: state.afterCommit }
  } catch (error) {
    if (!runner.isReleased) await client.query('rollback').catch(() => {})
    ended(runner)
    throw error
  }
}

/** Sent ahead of the first statement of the work, which need not wait for it: if it fails, so does that. */
function begin(runner: QueryRunner, client: Client, state: State): Promise<unknown> {
  const begun = client.query('begin')
  begun.catch(() => {})
  // What TypeORM's own `startTransaction` notes, which waits for the answer.
  Object.assign(runner, { data: state, isTransactionActive: true, transactionDepth: 1 })
  return begun
}

function ended(runner: QueryRunner): void {
  Object.assign(runner, { isTransactionActive: false, transactionDepth: 0 })
}

/** @throws what the first closing statement that failed failed with; then nothing is committed */
async function commit(client: Client, closing: State['closing']): Promise<void> {
  const statements = closing.map((statement) => statement())
  const closings = statements.map(({ name, text, values }) => client.query({ name, text, values }))
  const ends = await Promise.allSettled([...closings, client.query('commit')])
  for (const [at, end] of ends.entries()) {
    if (end.status === 'fulfilled') continue
    throw (codeOf(end.reason) === REFUSED && statements[at]?.refused?.()) || end.reason
  }
  const last = ends.at(-1) as PromiseFulfilledResult<{ command: string }>
  // After a failure that the work kept to itself PostgreSQL answers a commit with a rollback, and calls it no error.
  if (last.value.command === 'ROLLBACK') throw new Error('a statement of the transaction had failed')
}

/** What is used of the driver's connection. */
interface Client {
  query(statement: string | object): Promise<{ command: string }>
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
