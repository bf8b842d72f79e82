import type { EntityManager } from 'typeorm'

/**
 * Numbers for statements about registrations, growing. Taken while the people are locked, so that of two statements about
 * one registration the later has the higher number.
 */
export async function nextStatements(tx: EntityManager, count: number): Promise<number[]> {
  if (count === 0) return []
  const rows: { serial: string }[] = await tx.query(
    `select nextval('statement_serial') as serial from generate_series(1, $1) order by 1`,
    [count],
  )
  return rows.map(({ serial }) => Number(serial))
}
