/** A cluster of records and the identity that it is from now on. */
export interface Assignment {
  readonly records: readonly string[]
  readonly identityId: string
  /** `kept`: some of its records had the id; `revived`: they had it once, before it was merged away; or `new`. */
  readonly origin: 'kept' | 'revived' | 'new'
}

type Ids = (record: string) => readonly string[]

/**
 * Gives every cluster an identity; pure. An id survives with the cluster that holds most of its records. Of ids that are equal
 * in this the older one wins, which is the lower one (UUID v7); of clusters the one that has no other id, or the youngest,
 * to have instead. A cluster that gets none of the living ids goes back to the one that its records had last before it was
 * retired: undoing a merge restores both ids. Else it gets a new one.
 *
 * @param current the living identity of each record, where it has one
 * @param past retired identities that records belonged to, oldest first
 */
export function assignIdentities(
  clusters: readonly (readonly string[])[],
  current: ReadonlyMap<string, string>,
  past: ReadonlyMap<string, readonly string[]>,
  newId: () => string,
): Assignment[] {
  const taken = new Map<number, { identityId: string; origin: Assignment['origin'] }>()
  const living = new Set(current.values())
  const currentOf: Ids = (record) => (current.has(record) ? [current.get(record)!] : [])
  const lastRetiredOf: Ids = (record) => (past.get(record) ?? []).filter((id) => !living.has(id)).slice(-1)
  claim(clusters, currentOf, lastRetiredOf, taken, 'kept')
  claim(clusters, lastRetiredOf, () => [], taken, 'revived')
  return clusters.map((records, at) => ({
    records,
    ...(taken.get(at) ?? { identityId: newId(), origin: 'new' as const }),
  }))
}

/**
 * Lets clusters without an id claim those of their records: most records first, then the older id, then the cluster with the
 * younger id to have instead, then that of the lowest record.
 */
function claim(
  clusters: readonly (readonly string[])[],
  idsOf: Ids,
  othersOf: Ids,
  taken: Map<number, { identityId: string; origin: Assignment['origin'] }>,
  origin: 'kept' | 'revived',
): void {
  const claims = clusters.flatMap((records, cluster) => {
    if (taken.has(cluster)) return []
    const overlap = new Map<string, number>()
    for (const id of records.flatMap(idsOf)) overlap.set(id, (overlap.get(id) ?? 0) + 1)
    const others = [...new Set([...overlap.keys(), ...records.flatMap(othersOf)])].sort()
    return [...overlap].map(([id, count]) => {
      const other = others.find((each) => each !== id) ?? NONE
      return { cluster, id, count, other, first: records[0]! }
    })
  })
  claims.sort(
    (x, y) => y.count - x.count || compare(x.id, y.id) || compare(y.other, x.other) || compare(x.first, y.first),
  )
  const used = new Set<string>()
  for (const { cluster, id } of claims) {
    if (used.has(id) || taken.has(cluster)) continue
    used.add(id)
    taken.set(cluster, { identityId: id, origin })
  }
}

/** Sorts behind every id. */
const NONE = 'none'

function compare(x: string, y: string): number {
  return x < y ? -1 : x > y ? 1 : 0
}
