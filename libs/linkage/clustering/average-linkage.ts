import type { ClusteringInput, MustLink } from './clustering-input.ts'
import type { Component } from './components.ts'
import { heaviestFirst, inIdOrder } from './edge-order.ts'

/** A cluster while it grows. */
interface Group {
  records: number[]
  /** Edge weights above `merge` summed, and counted, by neighbouring group. */
  readonly cross: Map<Group, { sum: number; count: number }>
  readonly cannot: Set<Group>
  readonly exclusive: Set<number>
}

/**
 * Clusters one component (see {@link cluster}): writes into `clusterOf`, and returns the must-links that could not be kept.
 */
export function clusterComponent(component: Component, input: ClusteringInput, clusterOf: Int32Array): MustLink[] {
  const { edges, exclusive, idOf, options } = input
  const groups = singleGroups(component, input)
  const allowed = overriddenPairs(component.must, exclusive)
  const conflicts: MustLink[] = []
  for (const link of inIdOrder(component.must, idOf)) {
    const [x, y] = [groups.get(link.a)!, groups.get(link.b)!]
    if (x === y) continue
    if (forbidden(x, y, allowed)) conflicts.push(link)
    else join(groups, x, y)
  }
  for (const e of heaviestFirst(component.edges, edges, idOf)) {
    const [x, y] = [groups.get(edges.a[e]!)!, groups.get(edges.b[e]!)!]
    if (x !== y && !forbidden(x, y, allowed) && meanAllows(x, y, options.missing)) join(groups, x, y)
  }
  for (const { records } of new Set(groups.values())) {
    const lowest = records.reduce((low, record) => Math.min(low, record))
    for (const record of records) clusterOf[record] = lowest
  }
  return conflicts
}

/** A group for each record of a component, with what is known between them. */
function singleGroups(component: Component, { edges, exclusive, options }: ClusteringInput): Map<number, Group> {
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
  for (const { a, b } of component.cannot) {
    groups.get(a)!.cannot.add(groups.get(b)!)
    groups.get(b)!.cannot.add(groups.get(a)!)
  }
  for (const e of component.edges) {
    const [x, y] = [groups.get(edges.a[e]!)!, groups.get(edges.b[e]!)!]
    addCross(x, y, edges.weight[e]! - options.merge, 1)
    addCross(y, x, edges.weight[e]! - options.merge, 1)
  }
  return groups
}

/** Makes two groups one, which takes the place of both. */
function join(groups: Map<number, Group>, x: Group, y: Group): void {
  const [large, small] = x.records.length >= y.records.length ? [x, y] : [y, x]
  merge(large, small)
  for (const record of small.records) groups.set(record, large)
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

/** Moves all that the small group has into the large one. */
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
