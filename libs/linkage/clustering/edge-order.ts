import { combineHashes, hashText } from '../memory/hash.ts'
import type { EdgeList, Link, MustLink } from './clustering-input.ts'

/** The two ids of a pair, lower first: the order of last resort. */
function idPair({ a, b }: Link, idOf: (record: number) => string): [string, string] {
  const [x, y] = [idOf(a), idOf(b)]
  return x < y ? [x, y] : [y, x]
}

function compareIdPairs(x: Link, y: Link, idOf: (record: number) => string): number {
  const [lowX, highX] = idPair(x, idOf)
  const [lowY, highY] = idPair(y, idOf)
  if (lowX !== lowY) return lowX < lowY ? -1 : 1
  return highX === highY ? 0 : highX < highY ? -1 : 1
}

/** Links by their ids. */
export function inIdOrder(links: readonly MustLink[], idOf: (record: number) => string): MustLink[] {
  return [...links].sort((x, y) => compareIdPairs(x, y, idOf))
}

/** Edges by weight descending, then by a stable hash of the two ids, then by the ids. */
export function heaviestFirst(chosen: readonly number[], edges: EdgeList, idOf: (record: number) => string): number[] {
  const tie = new Map<number, number>()
  for (const e of chosen) {
    const [x, y] = [hashText(idOf(edges.a[e]!)), hashText(idOf(edges.b[e]!))]
    tie.set(e, x < y ? combineHashes(x, y) : combineHashes(y, x))
  }
  const ends = (e: number) => ({ a: edges.a[e]!, b: edges.b[e]! })
  return [...chosen].sort(
    (x, y) =>
      edges.weight[y]! - edges.weight[x]! || tie.get(x)! - tie.get(y)! || compareIdPairs(ends(x), ends(y), idOf),
  )
}
