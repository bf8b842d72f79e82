import type { EntityManager } from 'typeorm'

/**
 * Waits until no other transaction holds one of the keys, and holds them to the end of this one.
 *
 * Call it before the first write: the order of events of one key rests on it (see EventLog). Keys are locked in one
 * order, so that two transactions can't wait for each other. Two keys may share a lock by chance, which only costs time.
 *
 * @param space keeps keys of different meaning apart
 */
export async function lockKeys(tx: EntityManager, space: string, keys: readonly string[]): Promise<void> {
  await tx.query(
    `select pg_advisory_xact_lock(lock) from (
       select distinct hashtextextended($1 || key, 0) as lock from unnest($2::text[]) as key order by lock) as locks`,
    [space, keys],
  )
}
