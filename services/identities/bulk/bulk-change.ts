import { DisjointSets } from '#libs/linkage'
import type { PartitionChange } from '../partition/decide-partition.ts'
import type { WholeChange } from './whole-partition.ts'

/** What a bulk run changed, or would change. */
export interface ChangeNumbers {
  readonly records: number
  /** People with at least one record. */
  readonly peopleBefore: number
  readonly peopleAfter: number
  /** People who turned out to be another one. */
  readonly merges: number
  /** Times that records of one person went to another who stays, or is new. */
  readonly splits: number
  /** Records that are another person's. */
  readonly moved: number
  readonly newReviewItems: number
  readonly settledReviewItems: number
}

/** The numbers of a change; pure. */
export function numbersOf(
  { change }: Pick<WholeChange, 'change'>,
  people: { readonly before: number; readonly after: number; readonly records: number },
  items: readonly { readonly lo: string; readonly hi: string }[],
): ChangeNumbers {
  const retired = new Map(change.retired.map(({ id, redirectTo }) => [id, redirectTo]))
  const ways = new Set(
    change.moves.flatMap(({ from, to }) => (from && retired.get(from) !== to ? [`${from} ${to}`] : [])),
  )
  const [before, after] = [items, change.suspicions].map((all) => new Set(all.map(({ lo, hi }) => `${lo} ${hi}`)))
  return {
    records: people.records,
    peopleBefore: people.before,
    peopleAfter: people.after,
    merges: change.retired.length,
    splits: ways.size,
    moved: change.moves.length,
    newReviewItems: [...after!].filter((pair) => !before!.has(pair)).length,
    settledReviewItems: [...before!].filter((pair) => !after!.has(pair)).length,
  }
}

const RECORDS_PER_PART = 1_000

/**
 * Cuts a change into parts that can be written one after the other; pure. People between whom records move stay together, so
 * that each part tells of whole merges and splits. Suspicions are in the last part, which has no records.
 */
export function partsOf(change: PartitionChange): PartitionChange[] {
  const { partOf, parts: count } = divided(change.clusters)
  const parts: Mutable[] = Array.from({ length: count }, empty)
  const partOfIdentity = new Map<string, number>()
  for (const [at, cluster] of change.clusters.entries()) {
    const part = partOf[at]!
    parts[part]!.clusters.push(cluster)
    for (const id of identitiesIn(cluster)) partOfIdentity.set(id, part)
  }
  const partWith = (identityId: string) => parts[partOfIdentity.get(identityId)!]!
  for (const move of change.moves) partWith(move.to).moves.push(move)
  for (const id of change.created) partWith(id).created.push(id)
  for (const id of change.revived) partWith(id).revived.push(id)
  for (const each of change.retired) partWith(each.id).retired.push(each)
  const { suspicions, touched, created, retired } = change
  return [...parts, { ...empty(), suspicions, touched, created, retired }]
}

/** The part of each cluster: those that have or had an identity in common stay together. */
function divided(clusters: PartitionChange['clusters']): { partOf: Int32Array; parts: number } {
  const sets = new DisjointSets(clusters.length)
  const holder = new Map<string, number>()
  for (const [at, cluster] of clusters.entries()) {
    for (const id of identitiesIn(cluster)) {
      const other = holder.get(id)
      if (other === undefined) holder.set(id, at)
      else sets.union(at, other)
    }
  }
  const sizes = new Int32Array(clusters.length)
  for (const [at, { members }] of clusters.entries()) sizes[sets.find(at)]! += members.length
  const partOf = new Int32Array(clusters.length)
  let part = -1
  let room = 0
  // Of each group the first cluster comes before the others: it is the root.
  for (let at = 0; at < clusters.length; at++) {
    const root = sets.find(at)
    if (root === at) {
      if (room <= 0) {
        part++
        room = RECORDS_PER_PART
      }
      room -= sizes[root]!
      partOf[at] = part
    } else partOf[at] = partOf[root]!
  }
  return { partOf, parts: part + 1 }
}

/** The identity of a cluster, and those that its records had. */
function identitiesIn({ identityId, members }: PartitionChange['clusters'][number]): Set<string> {
  const ids = new Set([identityId])
  for (const member of members) if (member.identityId !== null) ids.add(member.identityId)
  return ids
}

type Mutable = { -readonly [Key in keyof PartitionChange]: PartitionChange[Key][number][] }

function empty(): Mutable {
  return { clusters: [], moves: [], created: [], revived: [], retired: [], suspicions: [], touched: [], deferred: [] }
}
