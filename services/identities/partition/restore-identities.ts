import { type Assignment, assignIdentities, compare } from './assign-identities.ts'

/**
 * Gives every cluster an identity, as {@link assignIdentities} does, after each took back the id that most of its records had
 * at a former time; pure. When a judgement is undone the clusters are what they were before it: so are their ids then,
 * whichever of them survived in between. Records that came since have no say.
 *
 * @param former the identity of each record then; without any this is {@link assignIdentities}
 */
export function restoreIdentities(
  clusters: readonly (readonly string[])[],
  former: ReadonlyMap<string, string>,
  current: ReadonlyMap<string, string>,
  past: ReadonlyMap<string, readonly string[]>,
  newId: () => string,
): Assignment[] {
  if (former.size === 0) return assignIdentities(clusters, current, past, newId)
  const living = new Set(current.values())
  // An id that lives on with records beyond these is not there to be taken.
  const mayTake = (record: string, id: string) => living.has(id) || (past.get(record) ?? []).includes(id)
  const restored = claimed(clusters, (record) => {
    const id = former.get(record)
    return id !== undefined && mayTake(record, id) ? id : undefined
  })
  const taken = new Set(restored.values())
  const rest = assignIdentities(
    clusters.filter((_, at) => !restored.has(at)),
    new Map([...current].filter(([, id]) => !taken.has(id))),
    new Map([...past].map(([record, ids]) => [record, ids.filter((id) => !taken.has(id))])),
    newId,
  )[Symbol.iterator]()
  return clusters.map((records, at) => {
    const identityId = restored.get(at)
    if (identityId === undefined) return rest.next().value!
    return { records, identityId, origin: living.has(identityId) ? 'kept' : 'revived' }
  })
}

/** The id that each cluster gets: most records first, then the older id, then the cluster of the lowest record. */
function claimed(
  clusters: readonly (readonly string[])[],
  idOf: (record: string) => string | undefined,
): Map<number, string> {
  const claims = clusters.flatMap((records, cluster) => {
    const counts = new Map<string, number>()
    for (const id of records.flatMap((record) => idOf(record) ?? [])) counts.set(id, (counts.get(id) ?? 0) + 1)
    return [...counts].map(([id, count]) => ({ cluster, id, count, first: records[0]! }))
  })
  claims.sort((x, y) => y.count - x.count || compare(x.id, y.id) || compare(x.first, y.first))
  const found = new Map<number, string>()
  const taken = new Set<string>()
  for (const { cluster, id } of claims) {
    if (found.has(cluster) || taken.has(id)) continue
    found.set(cluster, id)
    taken.add(id)
  }
  return found
}
