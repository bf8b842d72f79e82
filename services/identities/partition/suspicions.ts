import type { Model } from '#libs/linkage'
import type { Cluster } from './decide-partition.ts'
import type { Decision, Edge, Member } from './neighbourhood.ts'

export const suspicionKinds = ['likely', 'id_conflict', 'kept_apart'] as const

/** Two identities that may be one person. `lo` < `hi`; the weight is that of their strongest pair, in milli-bits. */
export interface Suspicion {
  readonly lo: string
  readonly hi: string
  readonly kind: (typeof suspicionKinds)[number]
  readonly weight: number
}

/** What is suspected now and was not, or not so; and what is over. */
export interface SuspicionChange {
  /** New, or now of another kind or weight than before. */
  readonly changed: readonly Suspicion[]
  readonly closed: readonly Pick<Suspicion, 'lo' | 'hi'>[]
}

/**
 * The pairs of identities for a person to look at; pure. A pair is suspected when two of its records weigh at least the review
 * threshold and nobody has said that the two are different people:
 * - `id_conflict` when valid resident ids differ, which no machine may join;
 * - `kept_apart` when the strongest pair would suffice and the rest of the records speak against it;
 * - `likely` else.
 */
export function suspicionsOf(
  clusters: readonly Cluster[],
  members: readonly Member[],
  edges: readonly Edge[],
  decisions: readonly Decision[],
  { review, merge }: Model['thresholds'],
): Suspicion[] {
  const identityOf = new Map<string, string>()
  const exclusives = new Map<string, Set<string>>()
  const learn = ({ id, exclusive }: Member, identityId: string) => {
    identityOf.set(id, identityId)
    const known = exclusives.get(identityId) ?? new Set()
    exclusives.set(identityId, known)
    if (exclusive) known.add(exclusive)
  }
  for (const { identityId, members: records } of clusters) for (const record of records) learn(record, identityId)
  for (const member of members) {
    if (!member.inside && member.identityId) learn(member, member.identityId)
  }
  const different = new Set(
    decisions
      .filter(({ kind }) => kind === 'cannot')
      .map(({ a, b, identityA, identityB }) =>
        pairOf(ordered(identityOf.get(a) ?? identityA, identityOf.get(b) ?? identityB)),
      ),
  )
  const found = new Map<string, Suspicion>()
  for (const { a, b, weight } of edges) {
    const [x, y] = [identityOf.get(a), identityOf.get(b)]
    if (weight < review || !x || !y || x === y) continue
    const [lo, hi] = ordered(x, y)
    const pair = pairOf([lo, hi])
    if (different.has(pair) || (found.get(pair)?.weight ?? weight - 1) >= weight) continue
    const conflict = conflicting(exclusives.get(lo)!, exclusives.get(hi)!)
    const kind = conflict ? 'id_conflict' : weight >= merge ? 'kept_apart' : 'likely'
    found.set(pair, { lo, hi, kind, weight })
  }
  return [...found].sort(([p], [q]) => (p < q ? -1 : 1)).map(([, suspicion]) => suspicion)
}

function ordered<T extends string | null>(x: T, y: T): readonly [lo: T, hi: T] {
  return x && y && x > y ? [y, x] : [x, y]
}

function pairOf([lo, hi]: readonly [string | null, string | null]): string {
  return `${lo} ${hi}`
}

/** Whether each has a value that the other lacks; what two persons let stand within one identity is no conflict. */
export function conflicting(x: ReadonlySet<string>, y: ReadonlySet<string>): boolean {
  return ![...x].every((value) => y.has(value)) && ![...y].every((value) => x.has(value))
}
