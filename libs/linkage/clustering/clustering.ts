import type { Model } from '../model/model.ts'
import { DisjointSets } from './disjoint-sets.ts'
import { heaviestFirst, inIdOrder } from './edge-order.ts'

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

/** `override`: two persons decided that the different exclusive values of the two records belong to one person. */
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
  const { size, edges, must = [], cannot = [], options } = input
  const sets = new DisjointSets(size)
  for (const { a, b } of must) sets.union(a, b)
  for (let e = 0; e < edges.a.length; e++) if (edges.weight[e]! >= options.merge) sets.union(edges.a[e]!, edges.b[e]!)
  const components = collect(size, edges, must, cannot, sets)
  const clusterOf = Int32Array.from({ length: size }, (_, record) => record)
  const conflicts: MustLink[] = []
  const oversized: Clustering['oversized'][number][] = []
  for (const component of components) {
    for (const part of bounded(component, input, oversized)) {
      if (isPlainPair(part)) clusterPair(part, input, clusterOf)
      else clusterComponent(part, input, clusterOf, conflicts)
    }
  }
  return { clusterOf, conflicts, oversized }
}

interface Component {
  readonly records: number[]
  readonly edges: number[]
  readonly must: MustLink[]
  readonly cannot: Link[]
}

function collect(
  size: number,
  edges: EdgeList,
  must: readonly MustLink[],
  cannot: readonly Link[],
  sets: DisjointSets,
  only?: Component,
): Component[] {
  const components = new Map<number, Component>()
  const records = only?.records ?? Array.from({ length: size }, (_, record) => record)
  const singles = new Map<number, number>()
  for (const record of records) {
    const root = sets.find(record)
    if (root === record) singles.set(root, record)
    else {
      const component = components.get(root) ?? { records: [root], edges: [], must: [], cannot: [] }
      component.records.push(record)
      components.set(root, component)
    }
  }
  const within = (a: number, b: number) => {
    const root = sets.find(a)
    return root === sets.find(b) ? components.get(root) : undefined
  }
  const candidates = only?.edges ?? edges.a.keys()
  for (const e of candidates) within(edges.a[e]!, edges.b[e]!)?.edges.push(e)
  for (const link of must) within(link.a, link.b)?.must.push(link)
  for (const link of cannot) within(link.a, link.b)?.cannot.push(link)
  return [...components.values()]
}

const CUT_STEP = 1000

/** Cuts an oversized component at the lowest weight (in steps of one bit) that leaves no part above the limit. */
function bounded(
  component: Component,
  input: ClusteringInput,
  oversized: Clustering['oversized'][number][],
): Component[] {
  const { edges, options, size } = input
  if (component.records.length <= options.maxComponent) return [component]
  let heaviest = options.merge
  for (const e of component.edges) heaviest = Math.max(heaviest, edges.weight[e]!)
  for (let cutAt = options.merge + CUT_STEP; ; cutAt += CUT_STEP) {
    const sets = new DisjointSets(size)
    for (const { a, b } of component.must) sets.union(a, b)
    for (const e of component.edges) if (edges.weight[e]! >= cutAt) sets.union(edges.a[e]!, edges.b[e]!)
    const parts = collect(size, edges, component.must, component.cannot, sets, component)
    if (cutAt > heaviest || parts.every((part) => part.records.length <= options.maxComponent)) {
      oversized.push({ records: component.records, cutAt })
      return parts
    }
  }
}

interface Group {
  records: number[]
  /** Edge weights above `merge` summed, and counted, by neighbouring group. */
  readonly cross: Map<Group, { sum: number; count: number }>
  readonly cannot: Set<Group>
  readonly exclusive: Set<number>
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

function clusterComponent(
  component: Component,
  input: ClusteringInput,
  clusterOf: Int32Array,
  conflicts: MustLink[],
): void {
  const { edges, exclusive, idOf, options } = input
  const groups = new Map<number, Group>()
  for (const record of component.records) {
    const value = exclusive?.[record] ?? 0
    groups.set(record, {
      records: [record],
      cross: new Map(),
      cannot: new Set(),
      exclusive: new Set(value ? [value] : []),
    })
  }
  const allowed = overriddenPairs(component.must, exclusive)
  for (const { a, b } of component.cannot) {
    groups.get(a)!.cannot.add(groups.get(b)!)
    groups.get(b)!.cannot.add(groups.get(a)!)
  }
  for (const e of component.edges) {
    const [x, y] = [groups.get(edges.a[e]!)!, groups.get(edges.b[e]!)!]
    addCross(x, y, edges.weight[e]! - options.merge, 1)
    addCross(y, x, edges.weight[e]! - options.merge, 1)
  }
  const join = (x: Group, y: Group) => {
    const [large, small] = x.records.length >= y.records.length ? [x, y] : [y, x]
    merge(large, small)
    for (const record of small.records) groups.set(record, large)
  }
  for (const link of inIdOrder(component.must, idOf)) {
    const [x, y] = [groups.get(link.a)!, groups.get(link.b)!]
    if (x === y) continue
    if (forbidden(x, y, allowed)) conflicts.push(link)
    else join(x, y)
  }
  for (const e of heaviestFirst(component.edges, edges, idOf)) {
    const [x, y] = [groups.get(edges.a[e]!)!, groups.get(edges.b[e]!)!]
    if (x !== y && !forbidden(x, y, allowed) && meanAllows(x, y, options.missing)) join(x, y)
  }
  for (const record of component.records) {
    const { records } = groups.get(record)!
    clusterOf[record] = records.reduce((lowest, other) => Math.min(lowest, other))
  }
}

function overriddenPairs(must: readonly MustLink[], exclusive: ClusteringInput['exclusive']): ReadonlySet<string> {
  const pairs = new Set<string>()
  for (const { a, b, override } of must) {
    if (override && exclusive) pairs.add(`${exclusive[a]}|${exclusive[b]}`).add(`${exclusive[b]}|${exclusive[a]}`)
  }
  return pairs
}

function forbidden(x: Group, y: Group, allowed: ReadonlySet<string>): boolean {
  if (x.cannot.has(y)) return true
  for (const one of x.exclusive) {
    for (const other of y.exclusive) if (one !== other && !allowed.has(`${one}|${other}`)) return true
  }
  return false
}

function meanAllows(x: Group, y: Group, missing: number): boolean {
  const { sum, count } = x.cross.get(y) ?? { sum: 0, count: 0 }
  return sum + (x.records.length * y.records.length - count) * missing >= 0
}

function addCross(from: Group, to: Group, sum: number, count: number): void {
  const known = from.cross.get(to)
  if (!known) from.cross.set(to, { sum, count })
  else {
    known.sum += sum
    known.count += count
  }
}

function merge(large: Group, small: Group): void {
  for (const [neighbour, { sum, count }] of small.cross) {
    neighbour.cross.delete(small)
    if (neighbour === large) continue
    addCross(large, neighbour, sum, count)
    addCross(neighbour, large, sum, count)
  }
  for (const neighbour of small.cannot) {
    neighbour.cannot.delete(small)
    neighbour.cannot.add(large)
    large.cannot.add(neighbour)
  }
  for (const value of small.exclusive) large.exclusive.add(value)
  large.records = large.records.concat(small.records)
}
