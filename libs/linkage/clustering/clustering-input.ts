import type { Model } from '../model/model.ts'

/** Scored pairs in flat arrays, in any order, each pair once. Weights are milli-bits. */
export interface EdgeList {
  readonly a: Int32Array
  readonly b: Int32Array
  readonly weight: Int32Array
}

/** A human judgement on two records. */
export interface Link {
  readonly a: number
  readonly b: number
}

/**
 * `override`: two persons decided that the different exclusive values of the two records belong to one person. That is about the
 * values, not the records: whoever keeps it leaves it out once one of the two has another value.
 */
export interface MustLink extends Link {
  readonly override?: boolean
}

/** The records to cluster, by number, and what is known of them. */
export interface ClusteringInput {
  readonly size: number
  readonly idOf: (record: number) => string
  readonly edges: EdgeList
  /** A record's exclusive value (a valid resident id): different values never share a cluster. 0: none. */
  readonly exclusive?: Int32Array | Uint32Array
  readonly must?: readonly MustLink[]
  readonly cannot?: readonly Link[]
  readonly options: ClusteringOptions
}

/** When clusters merge, and how large a component may be. */
export interface ClusteringOptions {
  /** Merge when the mean cross weight reaches this, milli-bits. */
  readonly merge: number
  /** What a pair without an edge adds to the mean, relative to `merge`; milli-bits, 0 or negative. */
  readonly missing: number
  /** Larger components are cut at higher weights first. */
  readonly maxComponent: number
}

/** How a model clusters. */
export function clusteringOptionsOf({
  thresholds,
  clustering,
}: Pick<Model, 'thresholds' | 'clustering'>): ClusteringOptions {
  return { merge: thresholds.merge, ...clustering }
}
