import { componentsOf } from '../partition/components-of.ts'
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
  const members = change.clusters.flatMap(({ members: records }) => records)
  const links = change.clusters.flatMap(({ members: records }) =>
    records.slice(1).map(({ id }) => ({ a: records[0]!.id, b: id, kind: 'must' as const })),
  )
  const components = componentsOf(members, [], links, 0)
  const partOf = new Map<string, number>()
  let part = 0
  let size = 0
  for (const component of components) {
    if (size >= RECORDS_PER_PART) {
      part++
      size = 0
    }
    size += component.length
    for (const id of component) partOf.set(id, part)
  }
  const parts: Mutable[] = Array.from({ length: components.length === 0 ? 0 : part + 1 }, empty)
  const partOfIdentity = new Map<string, number>()
  for (const cluster of change.clusters) {
    const at = partOf.get(cluster.members[0]!.id)!
    parts[at]!.clusters.push(cluster)
    partOfIdentity.set(cluster.identityId, at)
    for (const { identityId } of cluster.members) if (identityId) partOfIdentity.set(identityId, at)
  }
  for (const move of change.moves) parts[partOf.get(move.record.id)!]!.moves.push(move)
  for (const id of change.created) parts[partOfIdentity.get(id)!]!.created.push(id)
  for (const id of change.revived) parts[partOfIdentity.get(id)!]!.revived.push(id)
  for (const each of change.retired) parts[partOfIdentity.get(each.id)!]!.retired.push(each)
  const { suspicions, touched, created, retired } = change
  return [...parts, { ...empty(), suspicions, touched, created, retired }]
}

type Mutable = { -readonly [Key in keyof PartitionChange]: PartitionChange[Key][number][] }

function empty(): Mutable {
  return { clusters: [], moves: [], created: [], revived: [], retired: [], suspicions: [], touched: [], deferred: [] }
}
