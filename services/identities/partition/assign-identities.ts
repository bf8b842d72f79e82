/** A cluster of records and the identity that it is from now on. */
export interface Assignment {
  readonly records: readonly string[]
  readonly identityId: string
  /** `kept`: some of its records had the id; `revived`: they had it once, before it was merged away; or `new`. */
  readonly origin: 'kept' | 'revived' | 'new'
}

type Ids = (record: string) => readonly string[]

/**
 * Gives every cluster an identity of its own; pure, and the same for any order of the clusters. Clusters claim the living ids
 * of their records:
 *
 * 1. The claim of more records is met first.
 * 2. Of claims of equally many, that on the older id: the lower one (UUID v7).
 * 3. Of such claims on one id, that of the cluster which has no other id, living or retired, to have instead; else of the one
 *    where that is younger; else of the one with the lowest record.
 * 4. A cluster that gets none claims, by the same rule, the ids that its records had last before these were retired: undoing a
 *    merge revives the retired id.
 * 5. A cluster that gets none of these either gets a new id.
 *
 * @param clusters each with its records sorted
 * @param current the living identity of each record, where it has one
 * @param past identities that records belonged to, oldest first; those that live are passed over
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

/** Lets the clusters without an id claim those of their records: rules 1 to 3. */
function claim(
  clusters: readonly (readonly string[])[],
  idsOf: Ids,
  othersOf: Ids,
  taken: Map<number, { identityId: string; origin: Assignment['origin'] }>,
  origin: 'kept' | 'revived',
): void {
  const claims = clusters.flatMap((records, cluster) => {
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

/** The order of two ids. */
export function compare(x: string, y: string): number {
  return x < y ? -1 : x > y ? 1 : 0
}
