import { type Evaluation, evaluate } from '#libs/linkage'
import type { Truth } from './truth.ts'

/** The one evaluator for every engine: it sees clusters and truth, nothing else. */
export interface Judgement extends Evaluation {
  /** Clusters found. */
  readonly people: number
  /** People of couples or fleets who share a cluster with their partner or a fleet mate, per 10,000 such people. */
  readonly unitMergesPer10k: number
}

/** @param clusters number of each record's cluster, by the truth's positions */
export function judge(clusters: Int32Array, truth: Truth): Judgement {
  return {
    ...evaluate(clusters, truth.person),
    people: new Set(clusters).size,
    unitMergesPer10k: unitMerges(clusters, truth),
  }
}

function unitMerges(clusters: Int32Array, { person, couple, fleet }: Truth): number {
  const members = new Map<string, Set<number>>()
  const people = new Set<number>()
  for (const [at, cluster] of clusters.entries()) {
    if (couple[at] === 0 && fleet[at] === 0) continue
    people.add(person[at]!)
    const key = `${cluster} ${couple[at]} ${fleet[at]}`
    members.set(key, (members.get(key) ?? new Set()).add(person[at]!))
  }
  const merged = new Set<number>()
  for (const group of members.values()) if (group.size > 1) for (const number of group) merged.add(number)
  return people.size === 0 ? 0 : (10_000 * merged.size) / people.size
}
