import { clusteringOptionsOf, type Model, type Partition, partition } from '#libs/linkage'
import { componentsOf } from './components-of.ts'
import type { Edge, Member, Neighbourhood } from './neighbourhood.ts'
import { restoreIdentities } from './restore-identities.ts'
import { type Suspicion, suspicionsOf } from './suspicions.ts'

/** A record whose identity is another one than before, or is stated for the first time. */
export interface Move {
  readonly record: Member
  readonly from: string | null
  readonly to: string
}

/** What becomes of the identities of some records. */
export interface IdentityChange {
  readonly clusters: readonly Cluster[]
  readonly moves: readonly Move[]
  readonly created: readonly string[]
  readonly revived: readonly string[]
  readonly retired: readonly { readonly id: string; readonly redirectTo: string }[]
  /** Identities whose suspicions were looked at: what is stored about them and is not in `suspicions` is over. */
  readonly touched: readonly string[]
}

/** What becomes of the partition. */
export interface PartitionChange extends IdentityChange {
  readonly suspicions: readonly Suspicion[]
  /** Components that are too large for now; nothing is said of their identities, nor of pairs with one of these. */
  readonly deferred: readonly (readonly Member[])[]
}

/** What becomes of a neighbourhood, and what could not be kept of it: must-links, and evidence in vast components. */
export interface NeighbourhoodChange extends PartitionChange, Pick<Partition, 'conflicts' | 'oversized'> {}

export interface Cluster {
  readonly identityId: string
  readonly origin: 'kept' | 'revived' | 'new'
  readonly members: readonly Member[]
}

/**
 * Decides who is who in a neighbourhood; pure. The clusters depend on records, edges, decisions and model alone, in whatever
 * order they came; only the ids of identities carry history.
 *
 * @param maxComponent larger components are left as they are, for a slower hand
 * @param former the identity of each record at a time whose ids are to come back
 */
export function decidePartition(
  {
    members,
    edges,
    decisions,
    past,
    beyond,
  }: Pick<Neighbourhood, 'members' | 'edges' | 'decisions' | 'past'> & Partial<Pick<Neighbourhood, 'beyond'>>,
  model: Model,
  maxComponent: number,
  newId: () => string,
  former: ReadonlyMap<string, string> = new Map(),
): NeighbourhoodChange {
  const all = members.filter(({ inside }) => inside)
  const byId = new Map(all.map((member) => [member.id, member]))
  const deferred = componentsOf(all, edges, decisions, model.thresholds.merge)
    .filter((component) => component.length > maxComponent || component.some((id) => beyond?.has(id)))
    .map((component) => component.map((id) => byId.get(id)!))
  const waiting = new Set(deferred.flat())
  const inside = all.filter((member) => !waiting.has(member))
  const { clusters, conflicts, oversized } = partition(
    inside.map(({ id, exclusive }) => ({ id, exclusive: exclusive ?? undefined })),
    edges,
    decisions,
    clusteringOptionsOf(model),
  )
  const change = changeOf(clusters, inside, past, newId, former)
  const undecided = identitiesOf(deferred)
  const known = members.filter(({ identityId }) => identityId === null || !undecided.has(identityId))
  const suspicions = suspicionsOf(change.clusters, known, edges as readonly Edge[], decisions, model.thresholds)
  return { ...change, suspicions, conflicts, oversized, deferred }
}

/** The identities that components have now. */
export function identitiesOf(components: readonly (readonly Member[])[]): Set<string> {
  return new Set(components.flatMap((members) => members.flatMap(({ identityId }) => identityId ?? [])))
}

/**
 * What it means that some records are these clusters from now on; pure.
 *
 * @param members the records of the clusters, with all others of the identities that they had
 */
export function changeOf(
  clusters: readonly (readonly string[])[],
  members: readonly Member[],
  past: ReadonlyMap<string, readonly string[]>,
  newId: () => string,
  former: ReadonlyMap<string, string> = new Map(),
): IdentityChange {
  const byId = new Map(members.map((member) => [member.id, member]))
  const current = new Map(members.flatMap(({ id, identityId }) => (identityId ? [[id, identityId] as const] : [])))
  const assigned = restoreIdentities(clusters, former, current, past, newId).map(({ records, identityId, origin }) => ({
    identityId,
    origin,
    members: records.map((id) => byId.get(id)!),
  }))
  const moves = assigned.flatMap(({ identityId, members: records }) =>
    records.flatMap((record) =>
      record.identityId === identityId ? [] : [{ record, from: record.identityId, to: identityId }],
    ),
  )
  const living = new Set(assigned.map(({ identityId }) => identityId))
  const gone = [...new Set(current.values())].filter((id) => !living.has(id))
  return {
    clusters: assigned,
    moves,
    created: assigned.flatMap(({ identityId, origin }) => (origin === 'new' ? [identityId] : [])),
    revived: assigned.flatMap(({ identityId, origin }) => (origin === 'revived' ? [identityId] : [])),
    retired: successorsOf(gone, moves),
    touched: [...living, ...gone],
  }
}

/** Where most records of each retired identity went; between equals the older identity. */
function successorsOf(gone: readonly string[], moves: readonly Move[]): IdentityChange['retired'] {
  const counts = new Map(gone.map((id) => [id, new Map<string, number>()]))
  for (const { from, to } of moves) {
    const ways = from === null ? undefined : counts.get(from)
    ways?.set(to, (ways.get(to) ?? 0) + 1)
  }
  return [...counts].map(([id, ways]) => {
    const [first] = [...ways].sort(([x, n], [y, m]) => m - n || (x < y ? -1 : 1))
    return { id, redirectTo: first![0] }
  })
}
