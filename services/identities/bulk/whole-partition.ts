import { cluster, hashText, type PartitionDecision } from '#libs/linkage'
import { changeOf, type PartitionChange } from '../partition/decide-partition.ts'
import type { Decision, Edge, Member } from '../partition/neighbourhood.ts'
import { type Suspicion, suspicionsOf } from '../partition/suspicions.ts'
import type { LinkedRecords } from './linked-records.ts'
import type { PresentRecord, PresentState } from './present-state.ts'

/** What a partition of everything changes in the one in force. */
export interface WholeChange {
  /** Only the people that change; the suspicions are all there are. */
  readonly change: PartitionChange
  /** Decisions in force, with whose the records are from now on. */
  readonly decisions: readonly Decision[]
  /** Pairs among the records that change. */
  readonly edges: readonly Edge[]
  /** People by position: the position of one of their records. */
  readonly clusterOf: Int32Array
}

/** The people that all records make under their model; pure. By position: the position of one record of the same person. */
export function clusterAll(records: LinkedRecords, decisions: readonly PartitionDecision[]): Int32Array {
  const placed = decisions.flatMap(({ a, b, ...decision }) => {
    const [x, y] = [records.position.get(a), records.position.get(b)]
    return x === undefined || y === undefined ? [] : [{ ...decision, a: x, b: y }]
  })
  const { thresholds, clustering } = records.model
  return cluster({
    size: records.size,
    idOf: (record) => records.ids[record]!,
    edges: records.edges,
    exclusive: Uint32Array.from(records.exclusives, (value) => (value === null ? 0 : hashText(value))),
    must: placed.filter(({ kind }) => kind === 'must'),
    cannot: placed.filter(({ kind }) => kind === 'cannot'),
    options: { merge: thresholds.merge, ...clustering },
  }).clusterOf
}

/** The records of people that are not exactly the records of one identity: by cluster, sorted. */
export function changedClusters(
  records: LinkedRecords,
  clusterOf: Int32Array,
  present: ReadonlyMap<string, PresentRecord>,
): string[][] {
  const clusters = new Map<number, string[]>()
  const sizes = new Map<string, number>()
  for (const { identityId } of present.values()) {
    if (identityId) sizes.set(identityId, (sizes.get(identityId) ?? 0) + 1)
  }
  for (const [id, at] of records.position) {
    const root = clusterOf[at]!
    const cluster = clusters.get(root)
    if (cluster) cluster.push(id)
    else clusters.set(root, [id])
  }
  const changed = [...clusters.values()].filter((ids) => {
    const identity = present.get(ids[0]!)!.identityId
    const same = identity !== null && ids.every((id) => present.get(id)!.identityId === identity)
    return !same || sizes.get(identity) !== ids.length
  })
  return changed.map((ids) => ids.sort()).sort(([x], [y]) => (x! < y! ? -1 : 1))
}

/** What becomes of the partition in force; pure. `past` as in {@link changeOf}, of the records of `changed`. */
export function wholeChange(
  records: LinkedRecords,
  clusterOf: Int32Array,
  changed: readonly (readonly string[])[],
  { records: present, decisions, items }: PresentState,
  past: ReadonlyMap<string, readonly string[]>,
  newId: () => string,
): WholeChange {
  const memberOf = (id: string): Member => {
    const at = records.position.get(id)!
    const { version, identityId, revision } = present.get(id)!
    const kind = records.isRegistration[at] ? 'registration' : 'lead'
    return { id, kind, version, exclusive: records.exclusives[at]!, identityId, revision, inside: true }
  }
  const change = changeOf(changed, changed.flat().map(memberOf), past, newId)
  const moved = new Map(change.clusters.flatMap(({ identityId, members }) => members.map(({ id }) => [id, identityId])))
  const identityOf = (id: string) => moved.get(id) ?? present.get(id)?.identityId ?? null
  const placed = decisions.map((decision) => ({
    ...decision,
    identityA: identityOf(decision.a),
    identityB: identityOf(decision.b),
  }))
  const suspicions = allSuspicions(records, clusterOf, placed, identityOf, memberOf)
  const within = new Set(moved.keys())
  return {
    change: {
      ...change,
      suspicions,
      touched: [...new Set([...items, ...suspicions].flatMap(({ lo, hi }) => [lo, hi]))],
      deferred: [],
    },
    decisions: placed,
    edges: edgesWhere(records, (a, b) => within.has(records.ids[a]!) && within.has(records.ids[b]!)),
    clusterOf,
  }
}

function allSuspicions(
  records: LinkedRecords,
  clusterOf: Int32Array,
  decisions: readonly Decision[],
  identityOf: (id: string) => string | null,
  memberOf: (id: string) => Member,
): Suspicion[] {
  const { thresholds } = records.model
  const crossing = edgesWhere(records, (a, b, weight) => weight >= thresholds.review && clusterOf[a] !== clusterOf[b])
  const involved = new Set(crossing.flatMap(({ a, b }) => [a, b].map((id) => clusterOf[records.position.get(id)!]!)))
  const clusters = new Map<number, Member[]>([...involved].map((root) => [root, []]))
  for (const [id, at] of records.position) clusters.get(clusterOf[at]!)?.push(memberOf(id))
  return suspicionsOf(
    [...clusters.values()].map((members) => ({ identityId: identityOf(members[0]!.id)!, origin: 'kept', members })),
    [],
    crossing,
    decisions,
    thresholds,
  )
}

function edgesWhere(records: LinkedRecords, wanted: (a: number, b: number, weight: number) => boolean): Edge[] {
  const { a, b, weight } = records.edges
  const found: Edge[] = []
  for (let edge = 0; edge < a.length; edge++) {
    if (!wanted(a[edge]!, b[edge]!, weight[edge]!)) continue
    const [x, y] = [records.ids[a[edge]!]!, records.ids[b[edge]!]!]
    const [lo, hi] = x < y ? [x, y] : [y, x]
    found.push({ a: lo, b: hi, weight: weight[edge]!, levels: Array.from(records.levelsOf(edge)) })
  }
  return found
}
