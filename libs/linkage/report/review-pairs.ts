import type { Linked } from '../link.ts'

/** Two clusters that may be one person, with their strongest pair of records; positions are the table's. */
export interface ReviewPair {
  /** The cluster as `clusterOf` names it; `cluster` < `other`. */
  readonly cluster: number
  readonly other: number
  readonly a: number
  readonly b: number
  /** Match weight of the strongest pair, milli-bits. */
  readonly weight: number
}

/**
 * The pairs of clusters for a person to look at, strongest first: some pair of their records weighs at least the review
 * threshold, and the clustering left them apart.
 */
export function reviewPairs({
  model,
  edges,
  clustering,
}: Pick<Linked, 'model' | 'edges' | 'clustering'>): ReviewPair[] {
  const strongest = new Map<string, ReviewPair>()
  for (let e = 0; e < edges.a.length; e++) {
    const weight = edges.weight[e]!
    if (weight < model.thresholds.review) continue
    const [a, b] = [edges.a[e]!, edges.b[e]!]
    const [x, y] = [clustering.clusterOf[a]!, clustering.clusterOf[b]!]
    if (x === y) continue
    const [cluster, other] = x < y ? [x, y] : [y, x]
    const known = strongest.get(`${cluster} ${other}`)
    const pair = x < y ? { cluster, other, a, b, weight } : { cluster, other, a: b, b: a, weight }
    if (!known || isBefore(pair, known)) strongest.set(`${cluster} ${other}`, pair)
  }
  return [...strongest.values()].sort((p, q) => (isBefore(p, q) ? -1 : 1))
}

function isBefore(p: ReviewPair, q: ReviewPair): boolean {
  return p.weight !== q.weight ? p.weight > q.weight : p.a !== q.a ? p.a < q.a : p.b < q.b
}
