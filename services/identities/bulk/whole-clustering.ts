import {
  cluster,
  clusteringOptionsOf,
  DisjointSets,
  hashText,
  NumberList,
  type Partition,
  type PartitionDecision,
} from '#libs/linkage'
import type { LinkedRecords } from './linked-records.ts'
import { Turns } from './turns.ts'

/** The people that all records make, and what could not be done as asked. */
export interface WholeClusters extends Pick<Partition, 'conflicts' | 'oversized'> {
  /** By position: the position of one record of the same person. */
  readonly clusterOf: Int32Array
}

/** What could not be kept of the decisions and pairs of a component, which is told by one of its positions. */
interface Unkept {
  readonly at: number
  readonly conflict?: Partition['conflicts'][number]
  readonly oversized?: Partition['oversized'][number]
}

/** Records whose components are clustered in one go: some ten ms. */
const BATCH = 4_000

interface Placed {
  readonly a: number
  readonly b: number
  readonly kind: PartitionDecision['kind']
  readonly override?: boolean
}

/**
 * Clusters all records, component by component, so that others get their turn. A component that nothing changed in since the
 * last time stays as it was: what comes last, while everybody waits, takes no longer than it is large.
 */
export class WholeClustering {
  private componentOf = new Int32Array(0)
  private clusterOf = new Int32Array(0)
  private removals = 0
  private hubChanges = -1
  private decisions = new Map<string, PartitionDecision>()
  private unkept: Unkept[] = []

  /** The clusters of records that are always the same ones, as they stand now. */
  async cluster(records: LinkedRecords, decisions: readonly PartitionDecision[]): Promise<WholeClusters> {
    const placed = decisions.flatMap((decision): Placed[] => {
      const [a, b] = [records.position.get(decision.a), records.position.get(decision.b)]
      return a === undefined || b === undefined ? [] : [{ ...decision, a, b }]
    })
    const componentOf = await componentsOf(records, placed)
    const dirty = this.dirtyComponents(records, decisions, componentOf)
    const clusterOf = new Int32Array(records.size)
    clusterOf.set(this.clusterOf)
    for (let at = 0; at < clusterOf.length; at++) {
      if (at >= this.clusterOf.length || dirty[componentOf[at]!]) clusterOf[at] = at
    }
    const found = await clusterBatches(records, await batchesOf(records, placed, componentOf, dirty), clusterOf)
    this.unkept = [...this.unkept.filter(({ at }) => !dirty[componentOf[at]!]), ...found]
    this.componentOf = componentOf
    this.clusterOf = clusterOf
    this.removals = records.removed.length
    this.hubChanges = records.hubChanges
    this.decisions = new Map(decisions.map((decision) => [textOf(decision), decision]))
    return {
      clusterOf,
      conflicts: this.unkept.flatMap(({ conflict }) => conflict ?? []),
      oversized: this.unkept.flatMap(({ oversized }) => oversized ?? []),
    }
  }

  /** By component: 1 when its records, pairs or decisions are not those of the last time. */
  private dirtyComponents(
    records: LinkedRecords,
    decisions: readonly PartitionDecision[],
    componentOf: Int32Array,
  ): Uint8Array {
    const dirty = new Uint8Array(records.size)
    if (this.hubChanges !== records.hubChanges) return dirty.fill(1)
    const before = this.componentOf.length
    const dirtyBefore = new Uint8Array(before)
    const touch = (at: number) => {
      dirty[componentOf[at]!] = 1
      if (at < before) dirtyBefore[this.componentOf[at]!] = 1
    }
    for (const at of records.removed.slice(this.removals)) touch(at)
    const now = new Set(decisions.map(textOf))
    const others = [
      ...decisions.filter((decision) => !this.decisions.has(textOf(decision))),
      ...[...this.decisions].flatMap(([text, decision]) => (now.has(text) ? [] : [decision])),
    ]
    for (const id of others.flatMap(({ a, b }) => [a, b])) {
      const at = records.position.get(id)
      if (at !== undefined) touch(at)
    }
    for (let at = 0; at < componentOf.length; at++) {
      if (at >= before || dirtyBefore[this.componentOf[at]!]) dirty[componentOf[at]!] = 1
    }
    return dirty
  }
}

/** By position: the lowest position of its component, within which alone anything can become one person. */
async function componentsOf(records: LinkedRecords, placed: readonly Placed[]): Promise<Int32Array<ArrayBuffer>> {
  const turns = new Turns()
  const { a, b, weight } = records.edges
  const { merge } = records.model.thresholds
  const sets = new DisjointSets(records.size)
  for (const link of placed) if (link.kind === 'must') sets.union(link.a, link.b)
  for (let edge = 0; edge < a.length; edge++) {
    if (weight[edge]! >= merge) sets.union(a[edge]!, b[edge]!)
    if (turns.due()) await turns.give()
  }
  const componentOf = new Int32Array(records.size)
  for (let at = 0; at < componentOf.length; at++) {
    componentOf[at] = sets.find(at)
    if (turns.due()) await turns.give()
  }
  return componentOf
}

/** Some components with all that they depend on, numbered from 0. */
interface Batch {
  readonly members: NumberList
  readonly a: NumberList
  readonly b: NumberList
  readonly weight: NumberList
  readonly links: Placed[]
}

async function batchesOf(
  records: LinkedRecords,
  placed: readonly Placed[],
  componentOf: Int32Array,
  dirty: Uint8Array,
): Promise<Batch[]> {
  const turns = new Turns()
  const sizes = new Int32Array(componentOf.length)
  for (const root of componentOf) sizes[root]!++
  const batches: Batch[] = []
  const batchOf = new Int32Array(componentOf.length).fill(-1)
  const numberOf = new Int32Array(componentOf.length)
  let room = 0
  for (let at = 0; at < componentOf.length; at++) {
    if (turns.due()) await turns.give()
    const root = componentOf[at]!
    if (!dirty[root] || sizes[root] === 1) continue
    if (at === root) {
      if (room <= 0) {
        batches.push(emptyBatch())
        room = BATCH
      }
      room -= sizes[root]!
      batchOf[root] = batches.length - 1
    }
    const { members } = batches[batchOf[root]!]!
    numberOf[at] = members.length
    members.push(at)
  }
  const batchWith = (a: number, b: number) =>
    componentOf[a] === componentOf[b] ? batches[batchOf[componentOf[a]!]!] : undefined
  const { a, b, weight } = records.edges
  for (let edge = 0; edge < a.length; edge++) {
    if (turns.due()) await turns.give()
    const batch = batchWith(a[edge]!, b[edge]!)
    if (!batch) continue
    batch.a.push(numberOf[a[edge]!]!)
    batch.b.push(numberOf[b[edge]!]!)
    batch.weight.push(weight[edge]!)
  }
  for (const link of placed) {
    batchWith(link.a, link.b)?.links.push({ ...link, a: numberOf[link.a]!, b: numberOf[link.b]! })
  }
  return batches
}

function emptyBatch(): Batch {
  return {
    members: new NumberList(),
    a: new NumberList(),
    b: new NumberList(),
    weight: new NumberList(),
    links: [],
  }
}

async function clusterBatches(
  records: LinkedRecords,
  batches: readonly Batch[],
  clusterOf: Int32Array,
): Promise<Unkept[]> {
  const turns = new Turns()
  const options = clusteringOptionsOf(records.model)
  const found: Unkept[] = []
  for (const { members, a, b, weight, links } of batches) {
    const at = members.view()
    const idOf = (number: number) => records.ids[at[number]!]!
    const done = cluster({
      size: at.length,
      idOf,
      edges: { a: a.view(), b: b.view(), weight: weight.view() },
      exclusive: Uint32Array.from(at, (record) => {
        const value = records.exclusives[record]!
        return value === null ? 0 : hashText(value)
      }),
      must: links.filter(({ kind }) => kind === 'must'),
      cannot: links.filter(({ kind }) => kind === 'cannot'),
      options,
    })
    done.clusterOf.forEach((first, number) => {
      clusterOf[at[number]!] = at[first]!
    })
    for (const { a: x, b: y } of done.conflicts) {
      found.push({ at: at[x]!, conflict: { a: idOf(x), b: idOf(y), kind: 'must' } })
    }
    for (const { records: some, cutAt } of done.oversized) {
      found.push({ at: at[some[0]!]!, oversized: { records: some.map(idOf), cutAt } })
    }
    await turns.give()
  }
  return found
}

function textOf({ a, b, kind, override }: PartitionDecision): string {
  return `${a} ${b} ${kind} ${override ?? false}`
}
