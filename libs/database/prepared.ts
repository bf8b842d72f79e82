import { type DataSource, type EntityManager, QueryRunnerAlreadyReleasedError } from 'typeorm'

/** A statement that each connection parses and plans once. */
export interface Prepared {
  /** Unique in the program. */
  readonly name: string
  readonly text: string
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
  const own = 'queryRunner' in source ? source.queryRunner : undefined
  const runner = own ?? ('createQueryRunner' in source ? source : source.connection).createQueryRunner()
  if (runner.isReleased) throw new QueryRunnerAlreadyReleasedError()
  try {
    const client: { query(query: object): Promise<{ rows: Row[] }> } = await runner.connect()
    return (await client.query({ name, text, values })).rows
  } finally {
    if (!own) await runner.release()
  }
}
