import type { ClusteringInput, EdgeList, Link, MustLink } from './clustering-input.ts'
import { DisjointSets } from './disjoint-sets.ts'

/** Records that are joined to one another, the lowest first, with the edges (positions in the list) and judgements among them. */
export interface Component {
  readonly records: number[]
  readonly edges: number[]
  readonly must: MustLink[]
  readonly cannot: Link[]
}

/** What must-links and edges of at least `merge` join; records that nothing joins are left out. */
export function componentsOf({ size, edges, must = [], cannot = [], options }: ClusteringInput): Component[] {
  const sets = new DisjointSets(size)
  for (const { a, b } of must) sets.union(a, b)
  for (let e = 0; e < edges.a.length; e++) if (edges.weight[e]! >= options.merge) sets.union(edges.a[e]!, edges.b[e]!)
  const records = Int32Array.from({ length: size }, (_, record) => record)
  return collect({ records, edges: edges.a.keys(), must, cannot }, edges, (record) => sets.find(record))
}

const CUT_STEP = 1000

/**
 * An oversized component in parts: cut at the lowest weight (in steps of one bit) that leaves no part above the limit; what
 * must-links hold together stays whole.
 * `cutAt` is undefined when nothing was cut.
 */
export function cutToSize(
  component: Component,
  { edges, options }: ClusteringInput,
): { readonly parts: readonly Component[]; readonly cutAt?: number } {
  const { records } = component
  if (records.length <= options.maxComponent) return { parts: [component] }
  const positions = new Map(records.map((record, position) => [record, position]))
  let heaviest = options.merge
  for (const e of component.edges) heaviest = Math.max(heaviest, edges.weight[e]!)
  for (let cutAt = options.merge + CUT_STEP; ; cutAt += CUT_STEP) {
    const sets = new DisjointSets(records.length)
    const join = (a: number, b: number) => sets.union(positions.get(a)!, positions.get(b)!)
    for (const { a, b } of component.must) join(a, b)
    for (const e of component.edges) if (edges.weight[e]! >= cutAt) join(edges.a[e]!, edges.b[e]!)
    const parts = collect(component, edges, (record) => records[sets.find(positions.get(record)!)]!)
    if (cutAt > heaviest || parts.every((part) => part.records.length <= options.maxComponent)) return { parts, cutAt }
  }
}

/** Records in ascending order, with edges and judgements that may reach across components. */
interface Collected {
  readonly records: Iterable<number>
  readonly edges: Iterable<number>
  readonly must: readonly MustLink[]
  readonly cannot: readonly Link[]
}

/** Sorts everything into components; `rootOf` gives the lowest record that a record is joined to. */
function collect(all: Collected, edges: EdgeList, rootOf: (record: number) => number): Component[] {
  const components = new Map<number, Component>()
  for (const record of all.records) {
    const root = rootOf(record)
    if (root === record) continue
    const component = components.get(root) ?? { records: [root], edges: [], must: [], cannot: [] }
    component.records.push(record)
    components.set(root, component)
  }
  const within = (a: number, b: number) => {
    const root = rootOf(a)
    return root === rootOf(b) ? components.get(root) : undefined
  }
  for (const e of all.edges) within(edges.a[e]!, edges.b[e]!)?.edges.push(e)
  for (const link of all.must) within(link.a, link.b)?.must.push(link)
  for (const link of all.cannot) within(link.a, link.b)?.cannot.push(link)
  return [...components.values()]
}
