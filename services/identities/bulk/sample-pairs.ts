import { hashText } from '#libs/linkage'
import type { Edge } from '../partition/neighbourhood.ts'
import type { WholeChange } from './whole-partition.ts'

/** Two records that would be one person from now on, or no longer. `lo` < `hi`. */
export interface SamplePair {
  readonly kind: 'merge' | 'split'
  readonly lo: string
  readonly hi: string
}

const MOST = 50

/**
 * At most 50 pairs that show what a change is about, half of them merges and half splits as far as there are; pure. Which
 * ones is settled by a hash of their ids: the same change shows the same pairs.
 */
export function samplePairs({ change, edges }: Pick<WholeChange, 'change' | 'edges'>): SamplePair[] {
  const before = new Map<string, string | null>()
  const after = new Map<string, string>()
  for (const { identityId, members } of change.clusters) {
    for (const member of members) {
      before.set(member.id, member.identityId)
      after.set(member.id, identityId)
    }
  }
  const merges = pick(strongestMerges(edges, before, after).map(({ a, b }) => pairOf('merge', a, b)))
  const splits = pick(firstSplits(before, after).map(([a, b]) => pairOf('split', a, b)))
  const half = MOST / 2
  return [
    ...merges.slice(0, Math.max(half, MOST - splits.length)),
    ...splits.slice(0, Math.max(half, MOST - merges.length)),
  ]
}

/** The strongest pair between every two people that become one. */
function strongestMerges(
  edges: readonly Edge[],
  before: ReadonlyMap<string, string | null>,
  after: ReadonlyMap<string, string>,
): Edge[] {
  const strongest = new Map<string, Edge>()
  for (const edge of edges) {
    const [x, y] = [before.get(edge.a), before.get(edge.b)]
    if (!x || !y || x === y || after.get(edge.a) !== after.get(edge.b)) continue
    const people = x < y ? `${x} ${y}` : `${y} ${x}`
    const known = strongest.get(people)
    const wins =
      !known || edge.weight > known.weight || (edge.weight === known.weight && edge.a + edge.b < known.a + known.b)
    if (wins) strongest.set(people, edge)
  }
  return [...strongest.values()]
}

/** Of every person that becomes several: a record that goes with the first, and one that goes with another. */
function firstSplits(
  before: ReadonlyMap<string, string | null>,
  after: ReadonlyMap<string, string>,
): [string, string][] {
  const firsts = new Map<string, Map<string, string>>()
  for (const id of [...after.keys()].sort()) {
    const was = before.get(id)
    if (!was) continue
    const ways = firsts.get(was) ?? new Map<string, string>()
    firsts.set(was, ways)
    const now = after.get(id)!
    if (!ways.has(now)) ways.set(now, id)
  }
  return [...firsts.values()].flatMap((ways) => {
    const [first, ...others] = [...ways.values()].sort()
    return others.map((other): [string, string] => [first!, other])
  })
}

function pairOf(kind: SamplePair['kind'], a: string, b: string): SamplePair {
  return a < b ? { kind, lo: a, hi: b } : { kind, lo: b, hi: a }
}

function pick(pairs: readonly SamplePair[]): SamplePair[] {
  const order = (pair: SamplePair) => hashText(pair.lo + pair.hi)
  return pairs.toSorted((x, y) => order(x) - order(y) || (x.lo + x.hi < y.lo + y.hi ? -1 : 1)).slice(0, MOST)
}
