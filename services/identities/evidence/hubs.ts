import type { EntityManager } from 'typeorm'
import { arrayOf } from '#libs/database'

/** A key that more records share than its rule allows, with one of them. */
export interface Hub {
  readonly key: string
  readonly rule: string
  readonly example: string
}

/** Makes keys hubs, for good; those that are hubs already stay as they are. */
export async function addHubs(tx: EntityManager, hubs: readonly Hub[], now: Date): Promise<void> {
  if (hubs.length === 0) return
  await tx.query(
    `insert into hub (key, rule, example, found_at)
     select key, rule, example, $4 from unnest($1::bigint[], $2::text[], $3::uuid[]) as h (key, rule, example)
     on conflict do nothing`,
    [
      arrayOf(hubs.map(({ key }) => key)),
      hubs.map(({ rule }) => rule),
      arrayOf(hubs.map(({ example }) => example)),
      now,
    ],
  )
}

/** The keys of all hubs, as decimal texts. */
export async function hubKeys(source: Pick<EntityManager, 'query'>): Promise<string[]> {
  const rows: { key: string }[] = await source.query(`select key::text from hub`)
  return rows.map(({ key }) => key)
}
