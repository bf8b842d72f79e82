import { hashText } from '../memory/hash.ts'
import { cluster } from './clustering.ts'
import type { ClusteringOptions } from './clustering-input.ts'

/** A record to place. */
export interface PartitionRecord {
  readonly id: string
  /** A value that one person has only one of, such as a checksum-valid resident id (or its blind key). */
  readonly exclusive?: string
}

/** A pair of records that was scored, each pair once; `weight` in milli-bits. */
export interface PartitionEdge {
  readonly a: string
  readonly b: string
  readonly weight: number
}

/** What people decided on two records. */
export interface PartitionDecision {
  readonly a: string
  readonly b: string
  readonly kind: 'must' | 'cannot'
  /** A must-link of two persons that allows the two records' exclusive values together. */
  readonly override?: boolean
}

/** What becomes of the records. */
export interface Partition {
  /** Record ids, sorted; the clusters sorted by their first id. */
  readonly clusters: readonly (readonly string[])[]
  /** Must-links that could not be kept. */
  readonly conflicts: readonly PartitionDecision[]
  /** Components above the bound. */
  readonly oversized: readonly { records: readonly string[]; cutAt: number }[]
}

/**
 * The partition of some records: a pure function of records, edges, decisions in force and options (the model epoch's), equal
 * for any order of any of them. Give it whole components, such as what one arriving record touches: records joined by edges
 * of at least `merge` or by must-links, and all edges and decisions among them. Edges and decisions that name other records
 * are ignored.
 */
export function partition(
  records: readonly PartitionRecord[],
  edges: readonly PartitionEdge[],
  decisions: readonly PartitionDecision[],
  options: ClusteringOptions,
): Partition {
  const sorted = [...records].sort((x, y) => (x.id < y.id ? -1 : 1))
  const position = new Map(sorted.map(({ id }, index) => [id, index]))
  const numbered = <T extends { a: string; b: string }>(links: readonly T[]) =>
    links.flatMap((link) => {
      const [a, b] = [position.get(link.a), position.get(link.b)]
      return a === undefined || b === undefined || a === b ? [] : [{ ...link, a: Math.min(a, b), b: Math.max(a, b) }]
    })
  const known = numbered(edges)
  const result = cluster({
    size: sorted.length,
    idOf: (record) => sorted[record]!.id,
    edges: {
      a: Int32Array.from(known, (edge) => edge.a),
      b: Int32Array.from(known, (edge) => edge.b),
      weight: Int32Array.from(known, (edge) => edge.weight),
    },
    exclusive: Uint32Array.from(sorted, (record) => (record.exclusive ? hashText(record.exclusive) : 0)),
    must: numbered(decisions.filter(({ kind }) => kind === 'must')),
    cannot: numbered(decisions.filter(({ kind }) => kind === 'cannot')),
    options,
  })
  const clusters = new Map<number, string[]>()
  sorted.forEach(({ id }, record) => {
    const root = result.clusterOf[record]!
    clusters.set(root, [...(clusters.get(root) ?? []), id])
  })
  const idOf = (record: number) => sorted[record]!.id
  return {
    clusters: [...clusters.values()],
    conflicts: result.conflicts.map(({ a, b, override }) => ({ a: idOf(a), b: idOf(b), kind: 'must', override })),
    oversized: result.oversized.map(({ records: members, cutAt }) => ({ records: members.map(idOf), cutAt })),
  }
}
