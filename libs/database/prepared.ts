import { type DataSource, type EntityManager, QueryRunnerAlreadyReleasedError } from 'typeorm'

/** A statement that each connection parses and plans once. */
export interface Prepared {
  /** Unique in the program. */
  readonly name: string
  readonly text: string
}

/** A prepared statement with the values it is to be run with. */
export interface Bound extends Prepared {
  readonly values: readonly unknown[]
}

/**
 * Runs a prepared statement, in the transaction of `source` if it has one. For statements that run all the time: PostgreSQL
 * spends longer on planning them than on running them for a handful of rows.
 *
 * A plan may be made while a table is empty and is kept while it grows: write each look at a table as a subquery by key, beside
 * the row that asks (`cross join lateral (… limit 1)` or `offset 0`), so that no plan can read the whole table.
 *
 * @throws {QueryRunnerAlreadyReleasedError} when the connection of the transaction is gone, as TypeORM's own queries do
 */
export async function runPrepared<Row>(
  source: EntityManager | DataSource,
  { name, text }: Prepared,
  values: readonly unknown[],
): Promise<Row[]> {
  const [rows] = await runTogether<[Row]>(source, [{ name, text, values }])
  return rows
}

/**
 * Runs prepared statements one after the other on one connection, and waits once for all: none may need the rows of an earlier
 * one. Each sees what the earlier ones wrote. Outside of a transaction each commits by itself, and a failure does not keep the
 * later ones from running.
 *
 * @returns the rows of each statement
 * @throws what the first statement that failed failed with; as {@link runPrepared}
 */
export async function runTogether<Rows extends readonly unknown[]>(
  source: EntityManager | DataSource,
  statements: { readonly [At in keyof Rows]: Bound },
): Promise<{ [At in keyof Rows]: Rows[At][] }> {
  const own = 'queryRunner' in source ? source.queryRunner : undefined
  const runner = own ?? ('createQueryRunner' in source ? source : source.connection).createQueryRunner()
  if (runner.isReleased) throw new QueryRunnerAlreadyReleasedError()
  try {
    const client: { query(query: object): Promise<{ rows: unknown[] }> } = await runner.connect()
    const ends = await Promise.allSettled(
      statements.map(({ name, text, values }) => client.query({ name, text, values })),
    )
    const rows = ends.map((end) => {
      if (end.status === 'rejected') throw end.reason
      return end.value.rows
    })
    return rows as { [At in keyof Rows]: Rows[At][] }
  } finally {
    if (!own) await runner.release()
  }
}
