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
import type { Move, PartitionChange } from './decide-partition.ts'
import type { Edge, Neighbourhood } from './neighbourhood.ts'
import type { Suspicion } from './suspicions.ts'

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

/** Registrations of one event at most: each carries its application. */
const REGISTRATIONS_PER_EVENT = 100

/** The registrations whose identity is to be stated: those that came, were mended, or left a person. */
export function toldAbout(change: PartitionChange, restated: readonly string[]): string[] {
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
  change: PartitionChange,
  neighbourhood: Pick<Neighbourhood, 'decisions' | 'edges'>,
  told: readonly string[],
  revisionOf: (recordId: string) => number,
  telling: Telling,
): DomainEvent[] {
  return [
    ...mergesAndSplits(change, revisionOf, telling),
    ...resolutions(change, neighbourhood, told, revisionOf, telling),
  ]
}

function mergesAndSplits(
  change: PartitionChange,
  revisionOf: (recordId: string) => number,
  { cause, now, traceOf, contents }: Telling,
): DomainEvent[] {
  const retired = new Map(change.retired.map(({ id, redirectTo }) => [id, redirectTo]))
  const fresh = new Set([...change.created, ...change.revived])
  const ways = new Map<string, { from: string; to: string; moves: Move[] }>()
  for (const move of change.moves) {
    if (!move.from) continue
    const way = ways.get(move.from + move.to) ?? { from: move.from, to: move.to, moves: [] }
    way.moves.push(move)
    ways.set(move.from + move.to, way)
  }
  return [...ways.values()].flatMap(({ from, to, moves }) => {
    const registrations = moves.flatMap(({ record }) => (record.kind === 'registration' ? [record.id] : []))
    const options = { now, trace: traceOf(moves[0]!.record.id) }
    const merged = retired.get(from) === to
    if (!merged && registrations.length === 0) return []
    return chunked(registrations).map((part) =>
      merged
        ? newEvent(
            identityMerged,
            {
              identityId: to,
              retiredIdentityId: from,
              cause,
              registrations: part.map((id) => ({ registrationId: id, revision: revisionOf(id) })),
            },
            options,
          )
        : newEvent(
            identitySplit,
            {
              identityId: from,
              otherIdentityId: to,
              otherIsNew: fresh.has(to),
              cause,
              registrations: part.map((id) => ({
                revision: revisionOf(id),
                application: applicationOf(contents.get(id)),
              })),
            },
            options,
          ),
    )
  })
}

function resolutions(
  change: PartitionChange,
  { decisions, edges }: Pick<Neighbourhood, 'decisions' | 'edges'>,
  told: readonly string[],
  revisionOf: (recordId: string) => number,
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

/** What is new among suspicions, and what is over. */
export function suspicionEvents(
  opened: readonly Suspicion[],
  closed: readonly Pick<Suspicion, 'lo' | 'hi'>[],
  change: PartitionChange,
  different: (lo: string, hi: string) => boolean,
  now: Date,
): DomainEvent[] {
  const retired = new Map(change.retired.map(({ id, redirectTo }) => [id, redirectTo]))
  return [
    ...opened.map(({ lo, hi, kind, weight }) =>
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
