import { clusterComponent } from './average-linkage.ts'
import type { ClusteringInput, MustLink } from './clustering-input.ts'
import { type Component, componentsOf, cutToSize } from './components.ts'

/** The clusters, and what stood in their way. */
export interface Clustering {
  /** By record: the lowest-numbered record of its cluster. */
  readonly clusterOf: Int32Array
  /** Must-links that a cannot-link or an exclusive value forbids. */
  readonly conflicts: readonly MustLink[]
  /** Components above `maxComponent`, and the weight at which they were cut. */
  readonly oversized: readonly { records: readonly number[]; cutAt: number }[]
}

/**
 * Constrained average linkage. Must-links first, in id order; then edges by (weight descending, stable hash of the ids): the
 * two clusters of an edge merge when no cannot-link or pair of different exclusive values crosses, and the mean over all
 * cross pairs of (weight − merge), with `missing` for pairs without an edge, is at least 0. The partition depends on ids,
 * edges, decisions and options only, never on the order or numbering of the records.
 *
 * Clusters joined by no edge of at least `merge` (nor a must-link) have a negative mean, so each component of such edges is
 * clustered by itself, with the same outcome; a service can load just that component.
 */
export function cluster(input: ClusteringInput): Clustering {
  const clusterOf = Int32Array.from({ length: input.size }, (_, record) => record)
  const conflicts: MustLink[] = []
  const oversized: Clustering['oversized'][number][] = []
  for (const component of componentsOf(input)) {
    const { parts, cutAt } = cutToSize(component, input)
    if (cutAt !== undefined) oversized.push({ records: component.records, cutAt })
    for (const part of parts) {
      if (isPlainPair(part)) clusterPair(part, input, clusterOf)
      else conflicts.push(...clusterComponent(part, input, clusterOf))
    }
  }
  return { clusterOf, conflicts, oversized }
}

/** Most components are two records and one edge: the general way, spelled out. */
function isPlainPair({ records, edges, must, cannot }: Component): boolean {
  return records.length === 2 && edges.length === 1 && must.length === 0 && cannot.length === 0
}

function clusterPair(
  { records, edges: [edge] }: Component,
  { edges, exclusive, options }: ClusteringInput,
  clusterOf: Int32Array,
) {
  const [x, y] = records as [number, number]
  const [valueX, valueY] = [exclusive?.[x] ?? 0, exclusive?.[y] ?? 0]
  if (edges.weight[edge!]! < options.merge || (valueX !== 0 && valueY !== 0 && valueX !== valueY)) return
  clusterOf[x] = clusterOf[y] = Math.min(x, y)
}
