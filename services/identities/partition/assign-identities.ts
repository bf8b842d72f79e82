/** A cluster of records and the identity that it is from now on. */
export interface Assignment {
  readonly records: readonly string[]
  readonly identityId: string
  /** `kept`: some of its records had the id; `revived`: they had it once, before it was merged away; or `new`. */
  readonly origin: 'kept' | 'revived' | 'new'
}

/**
 * Gives every cluster an identity; pure. An id survives with the cluster that holds most of its records; between equals the
 * older id wins, which is the lower one (UUID v7). A cluster that gets none of the living ids takes one back that its
 * records had before it was retired: undoing a merge restores both ids. Else it gets a new one.
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
  claim(clusters, (record) => (current.has(record) ? [current.get(record)!] : []), taken, 'kept')
  claim(clusters, (record) => (past.get(record) ?? []).filter((id) => !living.has(id)), taken, 'revived')
  return clusters.map((records, at) => ({
    records,
    ...(taken.get(at) ?? { identityId: newId(), origin: 'new' as const }),
  }))
}

/** Lets clusters without an id claim those of their records: most records first, then the older id, then the cluster. */
function claim(
  clusters: readonly (readonly string[])[],
  idsOf: (record: string) => readonly string[],
  taken: Map<number, { identityId: string; origin: Assignment['origin'] }>,
  origin: 'kept' | 'revived',
): void {
  const claims = clusters.flatMap((records, cluster) => {
    if (taken.has(cluster)) return []
    const overlap = new Map<string, number>()
    for (const id of records.flatMap(idsOf)) overlap.set(id, (overlap.get(id) ?? 0) + 1)
    return [...overlap].map(([id, count]) => ({ cluster, id, count, first: records[0]! }))
  })
  claims.sort((x, y) => y.count - x.count || compare(x.id, y.id) || compare(x.first, y.first))
  const used = new Set<string>()
  for (const { cluster, id } of claims) {
    if (used.has(id) || taken.has(cluster)) continue
    used.add(id)
    taken.set(cluster, { identityId: id, origin })
  }
}

function compare(x: string, y: string): number {
  return x < y ? -1 : x > y ? 1 : 0
}
