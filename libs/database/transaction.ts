import { setTimeout as sleep } from 'node:timers/promises'
import type { QueryResult } from 'pg'
import { type DataSource, type EntityManager, type QueryRunner, QueryRunnerAlreadyReleasedError } from 'typeorm'
import type { GatheringClient } from './data-source.ts'
import { codeOf, lostAgainstAnother } from './database-errors.ts'
import { type Bound, runTogether } from './prepared.ts'

/** Tries of one transaction that loses against others (deadlock, serialisation, out-of-order append). */
const TRIES = 5

/**
 * Runs `work` in one transaction, again from the start when it lost against a concurrent one.
 *
 * Callbacks that the work registered with {@link afterCommit} run once the commit is durable. `work` must have no
 * effect outside of the database, since it may run more than once.
 *
 * @param dataSource one of `createDataSource`
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
export const REFUSE_UNLESS = (condition: string) => `1 / coalesce((${condition})::int, 0) as refused_unless`

/** What dividing by zero is to PostgreSQL. */
const REFUSED = '22012'

/**
 * Sends a statement right before the commit, in the same go: for what the work itself has no need of any more. Those of one
 * transaction run in the order of these calls; `closing` is asked for its statement when the work is done, and may have none.
 */
export function withCommit(tx: EntityManager, closing: () => Closing | undefined): void {
  stateOf(tx).closing.push(closing)
}

/** Runs a closing statement now: for what has become too much to be kept until the commit. */
export async function runClosing(tx: EntityManager, closing: Closing): Promise<void> {
  await runTogether(tx, [closing]).catch((error) => {
    throw reasonOf(error, closing)
  })
}

function reasonOf(error: unknown, { refused }: Pick<Closing, 'refused'>): unknown {
  return (codeOf(error) === REFUSED && refused?.()) || error
}

/** An object that stands for the transaction of `tx`, to remember something about it: another one for every try. */
export function transactionOf(tx: EntityManager): object {
  return stateOf(tx)
}

type Callback = () => void

/** What is remembered of a transaction until it ends. */
interface State {
  readonly afterCommit: Callback[]
  readonly closing: (() => Closing | undefined)[]
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
  // TypeORM hands out the connection of a runner that was released, which others may use by now.
  if (runner.isReleased) throw new QueryRunnerAlreadyReleasedError()
  const client: GatheringClient = await runner.connect()
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

/** Sent ahead of the first statement of the work, which does not wait for it: without a transaction nothing may follow. */
function begin(runner: QueryRunner, client: GatheringClient, state: State): Promise<unknown> {
  const begun = client.query('begin')
  begun.catch(() => client.abandon())
  // What TypeORM's own `startTransaction` notes, which waits for the answer.
  Object.assign(runner, { data: state, isTransactionActive: true, transactionDepth: 1 })
  return begun
}

function ended(runner: QueryRunner): void {
  Object.assign(runner, { isTransactionActive: false, transactionDepth: 0 })
}

/** @throws what the first closing statement that failed failed with; then nothing is committed */
async function commit(client: GatheringClient, closing: State['closing']): Promise<void> {
  const statements = closing.flatMap((statement) => statement() ?? [])
  const ends = await Promise.allSettled(await send(client, statements))
  for (const [at, end] of ends.entries()) {
    if (end.status === 'rejected') throw reasonOf(end.reason, statements[at] ?? {})
  }
  const last = ends.at(-1) as PromiseFulfilledResult<QueryResult>
  // After a failure that the work kept to itself PostgreSQL answers a commit with a rollback, and calls it no error.
  if (last.value.command === 'ROLLBACK') throw new Error('a statement of the transaction had failed')
}

/** Sends statements and the commit in one write; no commit behind one that the driver can't send. */
async function send(client: GatheringClient, statements: readonly Closing[]): Promise<Promise<unknown>[]> {
  const release = client.hold()
  try {
    let unsent = false
    const sent = statements.map(
      ({ name, text, values }) =>
        new Promise((resolve, reject) => {
          void client.query({ name, text, values: [...values] }, (error, result) => {
            if (error) unsent = true
            if (error) reject(error)
            else resolve(result)
          })
        }),
    )
    for (const each of sent) each.catch(() => {})
    // By then the driver has said what it can't send; it does not know afterwards what the server has heard.
    if (statements.length > 0) await new Promise<void>((resolve) => process.nextTick(resolve))
    if (unsent) client.abandon()
    return unsent ? sent : [...sent, client.query('commit')]
  } finally {
    release()
  }
}
