import type { DomainEvent } from '#libs/contracts'
import {
  duplicateSettled,
  duplicateSuspected,
  identityMerged,
  identityResolved,
  identitySplit,
  newEvent,
} from '#libs/contracts'
import type { Model } from '#libs/linkage'
import type { RecordContent } from '../records/record-content.ts'
import type { IdentityChange, Move } from './decide-partition.ts'
import type { Edge, Neighbourhood } from './neighbourhood.ts'
import type { SuspicionChange } from './suspicions.ts'

export type Cause = 'record' | 'correction' | 'erasure' | 'decision' | 'epoch'

/** What the events are made with. */
export interface Telling {
  readonly model: Model
  readonly cause: Cause
  readonly now: Date
  readonly traceOf: (recordId: string) => string | null
  /** Content of the registrations that are told about. */
  readonly contents: ReadonlyMap<string, RecordContent>
}

type RevisionOf = (recordId: string) => number

/** Registrations of one event at most: each carries its application. */
const REGISTRATIONS_PER_EVENT = 100

/** The registrations whose identity is to be stated: those that came, were mended, or left a person. */
export function toldAbout(change: IdentityChange, restated: readonly string[]): string[] {
  const retired = new Map(change.retired.map(({ id, redirectTo }) => [id, redirectTo]))
  const moved = change.moves
    .filter(({ from, to, record }) => record.kind === 'registration' && !(from && retired.get(from) === to))
    .map(({ record }) => record.id)
  const registrations = new Set(
    change.clusters.flatMap(({ members }) => members.flatMap(({ id, kind }) => (kind === 'registration' ? [id] : []))),
  )
  return [...new Set([...moved, ...restated.filter((id) => registrations.has(id))])]
}

/** The merges and splits of a change, then what is said of single registrations in the order of `told`; pure. */
export function eventsOf(
  change: IdentityChange,
  neighbourhood: Pick<Neighbourhood, 'decisions' | 'edges'>,
  told: readonly string[],
  revisionOf: RevisionOf,
  telling: Telling,
): DomainEvent[] {
  return [
    ...mergesAndSplits(change, revisionOf, telling),
    ...resolutions(change, neighbourhood, told, revisionOf, telling),
  ]
}

/** Records that went from one identity to another. */
interface Way {
  readonly from: string
  readonly to: string
  readonly first: string
  readonly registrations: string[]
}

function mergesAndSplits(change: IdentityChange, revisionOf: RevisionOf, telling: Telling): DomainEvent[] {
  const retired = new Map(change.retired.map(({ id, redirectTo }) => [id, redirectTo]))
  const [created, revived] = [new Set(change.created), new Set(change.revived)]
  const ways = waysOf(change.moves).map((way) => {
    const merged = retired.get(way.from) === way.to
    return { ...way, merged, left: merged ? [] : way.registrations }
  })
  const told = new Set(ways.flatMap(({ to, left }) => (left.length > 0 ? [to] : [])))
  return ways.flatMap(({ left, merged, ...way }) => {
    // Whoever follows the redirect of an identity has to hear that it is in use again, if by leads alone.
    const wakes = revived.has(way.to) && !told.has(way.to)
    if (wakes) told.add(way.to)
    const otherIsNew = created.has(way.to) || revived.has(way.to)
    return [
      ...(wakes || left.length > 0 ? splitEvents(way, left, otherIsNew, revisionOf, telling) : []),
      ...(merged ? mergeEvents(way, revisionOf, telling) : []),
    ]
  })
}

function waysOf(moves: readonly Move[]): Way[] {
  const ways = new Map<string, Way>()
  for (const { from, to, record } of moves) {
    if (!from) continue
    const way = ways.get(from + to) ?? { from, to, first: record.id, registrations: [] }
    if (record.kind === 'registration') way.registrations.push(record.id)
    ways.set(from + to, way)
  }
  return [...ways.values()]
}

function mergeEvents(
  { from, to, first, registrations }: Way,
  revisionOf: RevisionOf,
  { cause, now, traceOf }: Telling,
): DomainEvent[] {
  return chunked(registrations).map((part) =>
    newEvent(
      identityMerged,
      {
        identityId: to,
        retiredIdentityId: from,
        cause,
        registrations: part.map((id) => ({ registrationId: id, revision: revisionOf(id) })),
      },
      { now, trace: traceOf(first) },
    ),
  )
}

function splitEvents(
  { from, to, first }: Way,
  left: readonly string[],
  otherIsNew: boolean,
  revisionOf: RevisionOf,
  { cause, now, traceOf, contents }: Telling,
): DomainEvent[] {
  return chunked(left).map((part) =>
    newEvent(
      identitySplit,
      {
        identityId: from,
        otherIdentityId: to,
        otherIsNew,
        cause,
        registrations: part.map((id) => ({ revision: revisionOf(id), application: applicationOf(contents.get(id)) })),
      },
      { now, trace: traceOf(first) },
    ),
  )
}

function resolutions(
  change: IdentityChange,
  { decisions, edges }: Pick<Neighbourhood, 'decisions' | 'edges'>,
  told: readonly string[],
  revisionOf: RevisionOf,
  { model, now, traceOf, contents }: Telling,
): DomainEvent[] {
  const clusterOf = new Map(
    change.clusters.flatMap((cluster) => cluster.members.map(({ id }) => [id, cluster] as const)),
  )
  const strongest = strongestWithin(edges, (id) => clusterOf.get(id)?.identityId)
  const decided = new Set(decisions.flatMap(({ a, b, kind }) => (kind === 'must' ? [a, b] : [])))
  const known = new Set(
    change.clusters.flatMap(({ identityId, members }) =>
      members.some(({ kind, identityId: before }) => kind === 'registration' && before !== null) ? [identityId] : [],
    ),
  )
  return told.map((id) => {
    const { identityId, members } = clusterOf.get(id)!
    const outcome = known.has(identityId) ? 'existing' : 'new'
    known.add(identityId)
    const edge = strongest.get(id)
    const reason = members.length === 1 ? 'no_match' : decided.has(id) ? 'decided' : 'matched'
    return newEvent(
      identityResolved,
      {
        identityId,
        outcome,
        reason,
        evidence: edge ? evidenceOf(edge, id, model) : null,
        epoch: model.epoch,
        revision: revisionOf(id),
        application: applicationOf(contents.get(id)),
      },
      { now, trace: traceOf(id) },
    )
  })
}

/** What is new or other than it was among suspicions, and what is over. */
export function suspicionEvents(
  { changed, closed }: SuspicionChange,
  change: Pick<IdentityChange, 'retired'>,
  different: (lo: string, hi: string) => boolean,
  now: Date,
): DomainEvent[] {
  const retired = new Map(change.retired.map(({ id, redirectTo }) => [id, redirectTo]))
  return [
    ...changed.map(({ lo, hi, kind, weight }) =>
      newEvent(duplicateSuspected, { identityId: lo, otherIdentityId: hi, kind, weight }, { now }),
    ),
    ...closed.map(({ lo, hi }) => {
      const same = (retired.get(lo) ?? lo) === (retired.get(hi) ?? hi)
      const outcome = same ? 'same_person' : different(lo, hi) ? 'different_people' : 'no_longer_suspected'
      return newEvent(duplicateSettled, { identityId: lo, otherIdentityId: hi, outcome }, { now })
    }),
  ]
}

/** The strongest edge of each record to another one of the same identity. */
function strongestWithin(edges: readonly Edge[], identityOf: (id: string) => string | undefined): Map<string, Edge> {
  const strongest = new Map<string, Edge>()
  for (const edge of edges) {
    const identity = identityOf(edge.a)
    if (!identity || identity !== identityOf(edge.b)) continue
    for (const end of [edge.a, edge.b]) {
      if ((strongest.get(end)?.weight ?? Number.NEGATIVE_INFINITY) < edge.weight) strongest.set(end, edge)
    }
  }
  return strongest
}

function evidenceOf({ a, b, weight, levels }: Edge, id: string, model: Model) {
  return {
    recordId: a === id ? b : a,
    weight,
    levels: levels.flatMap((level, at) => {
      const comparison = model.comparisons[at]!
      return level < 0 ? [] : [{ comparison: comparison.name, level: comparison.levels[level]!.name }]
    }),
  }
}

function applicationOf(content: RecordContent | undefined) {
  if (content?.kind !== 'registration') throw new Error('only registrations are told about')
  return content.application
}

function chunked(ids: readonly string[]): string[][] {
  if (ids.length === 0) return [[]]
  const parts: string[][] = []
  for (let at = 0; at < ids.length; at += REGISTRATIONS_PER_EVENT)
    parts.push(ids.slice(at, at + REGISTRATIONS_PER_EVENT))
  return parts
}
