import { type ClusteringOptions, partition } from '#libs/linkage'
import type { Neighbourhood } from '../partition/neighbourhood.ts'

/** What a judgement says of two records. `lo` < `hi`. */
export interface DecisionLink {
  readonly lo: string
  readonly hi: string
  readonly kind: 'must' | 'cannot'
  /** Which different exclusive values of the two (blind keys of valid resident ids) it lets stand together, if any. */
  readonly override: { readonly lo: string; readonly hi: string } | null
}

type Known = Pick<Neighbourhood, 'members' | 'edges' | 'decisions'>

/**
 * The must-links that make two people one; pure. They join the strongest pair and the lowest records of both; where the rest
 * of the evidence would leave records behind, all records of both, since that is what the person who decides looked at. With
 * `override`, also a pair for every two different valid resident ids. Null when decisions in force, or ids without an
 * override, forbid it.
 */
export function joiningLinks(
  known: Known,
  lo: readonly string[],
  hi: readonly string[],
  override: boolean,
  options: ClusteringOptions,
): DecisionLink[] | null {
  const pair = strongestPair(known, lo, hi)
  const least = distinct([
    ...(override ? conflictingLinks(known, lo, hi) : []),
    ...(pair ? [linkOf(...pair, 'must')] : []),
    linkOf(lowest(lo), lowest(hi), 'must'),
  ])
  const all = distinct([...least, ...chain(lo), ...chain(hi)])
  const everyone = new Set([...lo, ...hi])
  const joins = (links: readonly DecisionLink[]) =>
    clustersWith(known, links, options).some(
      (records) => records.filter((id) => everyone.has(id)).length === everyone.size,
    )
  return [least, all].find(joins) ?? null
}

/**
 * The links that take a part out of a person; pure: cannot-links for every pair across that has evidence or a must-link, and
 * for the lowest records of both; and must-links that keep the part together. Null when it would not part them.
 */
export function partingLinks(
  known: Known,
  part: readonly string[],
  rest: readonly string[],
  options: ClusteringOptions,
): DecisionLink[] | null {
  const links = distinct([...differenceLinks(known, part, rest), ...chain(part)])
  const [inPart, inRest] = [new Set(part), new Set(rest)]
  const clusters = clustersWith(known, links, options)
  const holders = clusters.filter((records) => records.some((id) => inPart.has(id)))
  return holders.length === 1 && !holders[0]!.some((id) => inRest.has(id)) ? links : null
}

/** The cannot-links that keep two groups of records apart: every pair with evidence or a must-link, and the lowest ones. */
export function differenceLinks(
  { edges, decisions }: Known,
  x: readonly string[],
  y: readonly string[],
): DecisionLink[] {
  const across = crossing(x, y)
  const joined = [...edges, ...decisions.filter(({ kind }) => kind === 'must')].filter(({ a, b }) => across(a, b))
  return distinct([...joined.map(({ a, b }) => linkOf(a, b, 'cannot')), linkOf(lowest(x), lowest(y), 'cannot')])
}

/** The pair across two groups that weighs most; undefined when none was compared. */
function strongestPair(
  { edges }: Pick<Known, 'edges'>,
  x: readonly string[],
  y: readonly string[],
): [string, string] | undefined {
  const across = crossing(x, y)
  const [best] = edges
    .filter(({ a, b }) => across(a, b))
    .toSorted((p, q) => q.weight - p.weight || (p.a + p.b < q.a + q.b ? -1 : 1))
  return best && [best.a, best.b]
}

/** An overriding must-link for every two different valid resident ids across two groups. */
function conflictingLinks(
  { members }: Pick<Known, 'members'>,
  x: readonly string[],
  y: readonly string[],
): DecisionLink[] {
  const holders = (ids: readonly string[]) => {
    const inside = new Set(ids)
    const found = new Map<string, string>()
    for (const { id, exclusive } of members.toSorted((p, q) => (p.id < q.id ? -1 : 1))) {
      if (inside.has(id) && exclusive && !found.has(exclusive)) found.set(exclusive, id)
    }
    return [...found]
  }
  const others = holders(y)
  return holders(x).flatMap(([own, a]) =>
    others.flatMap(([other, b]) =>
      own === other ? [] : [overriding({ id: a, exclusive: own }, { id: b, exclusive: other })],
    ),
  )
}

function clustersWith(
  { members, edges, decisions }: Known,
  links: readonly DecisionLink[],
  options: ClusteringOptions,
) {
  const { clusters } = partition(
    members.flatMap(({ id, exclusive, inside }) => (inside ? [{ id, exclusive: exclusive ?? undefined }] : [])),
    edges,
    [...decisions, ...links.map(({ lo, hi, kind, override }) => ({ a: lo, b: hi, kind, override: override !== null }))],
    options,
  )
  return clusters
}

function crossing(x: readonly string[], y: readonly string[]): (a: string, b: string) => boolean {
  const [inX, inY] = [new Set(x), new Set(y)]
  return (a, b) => (inX.has(a) && inY.has(b)) || (inX.has(b) && inY.has(a))
}

function chain(ids: readonly string[]): DecisionLink[] {
  const sorted = ids.toSorted()
  return sorted.slice(1).map((id, at) => linkOf(sorted[at]!, id, 'must'))
}

function lowest(ids: readonly string[]): string {
  return ids.toSorted()[0]!
}

function linkOf(a: string, b: string, kind: DecisionLink['kind']): DecisionLink {
  return a < b ? { lo: a, hi: b, kind, override: null } : { lo: b, hi: a, kind, override: null }
}

type Exclusive = { readonly id: string; readonly exclusive: string }

function overriding(a: Exclusive, b: Exclusive): DecisionLink {
  const [lo, hi] = a.id < b.id ? [a, b] : [b, a]
  return { lo: lo.id, hi: hi.id, kind: 'must', override: { lo: lo.exclusive, hi: hi.exclusive } }
}

/** Each pair once, the first mention wins. */
function distinct(links: readonly DecisionLink[]): DecisionLink[] {
  const found = new Map<string, DecisionLink>()
  for (const link of links) if (!found.has(link.lo + link.hi)) found.set(link.lo + link.hi, link)
  return [...found.values()]
}
