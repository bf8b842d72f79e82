import { Injectable, Logger } from '@nestjs/common'
import type { EntityManager } from 'typeorm'
import { v7 as uuidv7 } from 'uuid'
import { runTogether, TransactionConflict } from '#libs/database'
import type { Model } from '#libs/linkage'
import { EventLog } from '#libs/messaging'
import { ActiveModel } from '../evidence/active-model.ts'
import type { Evidence, ScoredPair } from '../evidence/evidence.ts'
import type { RecordContent } from '../records/record-content.ts'
import { RecordStore } from '../records/record-store.ts'
import { decidePartition, type NeighbourhoodChange, type PartitionChange } from './decide-partition.ts'
import { type Neighbourhood, Neighbourhoods, type Start } from './neighbourhood.ts'
import { type Cause, eventsOf, suspicionEvents, toldAbout } from './partition-events.ts'
import { PartitionStore } from './partition-store.ts'
import type { SuspicionChange } from './suspicions.ts'
import { tellUnkept } from './unkept.ts'

/** Records of one component that are decided at once; a larger one waits for `DeferredComponents`. */
export const COMPONENT_AT_ONCE = 500

/** Why the partition of some records is decided anew. */
export interface Change {
  readonly cause: Cause
  readonly seeds: readonly string[]
  /** What was just learned of the seeds, not stored yet. */
  readonly evidence?: Pick<Evidence, 'model' | 'exclusiveKey' | 'pairs' | 'hubs'>
  /** Registrations to speak of even if they stay whose they are: their application changed. */
  readonly restated?: readonly string[]
  /** Content of records that is at hand already. */
  readonly contents?: ReadonlyMap<string, RecordContent>
  readonly traceOf?: (recordId: string) => string | null
  readonly maxComponent?: number
  /** Of an undoing: when what is undone was decided. People get back the ids that they had before. */
  readonly undone?: Date
}

/** What a change is carried out with. */
export interface Carrying extends Pick<Change, 'cause' | 'restated' | 'contents' | 'traceOf'> {
  readonly model: Model
  /** Pairs to be stored along. */
  readonly learned?: readonly ScoredPair[]
}

/**
 * Decides who is who around some records, and says what changed.
 *
 * The partition is a pure function of records, edges and decisions: arrivals, corrections, erasures, judgements and their undoing
 * are all this one recomputation, never a patch and its inverse.
 */
@Injectable()
export class Partitioning {
  private readonly logger = new Logger(Partitioning.name)

  constructor(
    private readonly activeModel: ActiveModel,
    private readonly neighbourhoods: Neighbourhoods,
    private readonly records: RecordStore,
    private readonly store: PartitionStore,
    private readonly log: EventLog,
  ) {}

  /**
   * Recomputes in the transaction of `tx`, which must not have written anything that other transactions wait for.
   *
   * @throws {TransactionConflict} when another epoch, or key for ids, came into force: the evidence has to be gathered anew
   */
  async recompute(tx: EntityManager, change: Change, now: Date): Promise<NeighbourhoodChange> {
    const model = change.evidence?.model ?? (await this.activeModel.current())
    const start = await this.startOf(tx, change, model)
    const found = await this.neighbourhoods.lock(tx, start, model)
    const { exclusiveKey = found.exclusiveKey } = change.evidence ?? {}
    if (found.epoch !== model.epoch || found.exclusiveKey !== exclusiveKey) {
      await this.activeModel.refresh()
      throw new TransactionConflict('another model epoch or key came into force')
    }
    if (found.erased.size > 0) {
      // Stored by a delivery that overlapped with the erasure, or by one that came later.
      await this.records.erase(tx, [...found.erased], now)
      return this.recompute(tx, withoutErased({ ...change, seeds: start.seeds }, found.erased), now)
    }
    const { evidence } = change
    if (evidence && evidence.hubs.length > 0) {
      await this.store.limitHubs(tx, evidence.hubs, now)
      return this.recompute(tx, { ...change, seeds: start.seeds, evidence: { ...evidence, hubs: [] } }, now)
    }
    const learned = stillValid(evidence?.pairs ?? [], found)
    await this.forgetOlder(tx, change)
    return this.settle(tx, change, model, { ...found, edges: withLearned(found, learned) }, learned, now)
  }

  /** What is to be locked and read: the records themselves, all that were blocked together until now, and partners. */
  private async startOf(
    tx: EntityManager,
    { seeds, evidence, maxComponent = COMPONENT_AT_ONCE }: Change,
    { thresholds: { merge, review } }: Model,
  ): Promise<Start> {
    const { pairs = [], hubs = [] } = evidence ?? {}
    const hubKeys = hubs.map(({ key }) => key)
    const blocked = hubKeys.length > 0 ? await this.records.underKey(tx, hubKeys) : []
    const ends = (from: number, to: number) =>
      pairs.flatMap(({ lo, hi, weight }) => (weight >= from && weight < to ? [lo, hi] : []))
    return {
      seeds: [...new Set([...seeds, ...blocked])],
      partners: { strong: ends(merge, Number.POSITIVE_INFINITY), weak: ends(review, merge) },
      keys: [...new Set(pairs.flatMap(({ keys }) => keys))],
      maxComponent,
    }
  }

  /** Edges of what was corrected, or recorded under another epoch, were not read: here they go. */
  private async forgetOlder(tx: EntityManager, { cause, seeds, contents }: Change): Promise<void> {
    const mended = cause === 'epoch' ? seeds : seeds.filter((id) => (contents?.get(id)?.version ?? 1) > 1)
    if (mended.length > 0) await this.store.forgetOlder(tx, mended)
  }

  private async settle(
    tx: EntityManager,
    { cause, restated = [], contents, traceOf = () => null, maxComponent = COMPONENT_AT_ONCE, undone }: Change,
    model: Model,
    neighbourhood: Neighbourhood,
    learned: readonly ScoredPair[],
    now: Date,
  ): Promise<NeighbourhoodChange> {
    const former = undone && (await this.store.identitiesBefore(tx, neighbourhood, undone))
    const change = decidePartition(neighbourhood, model, maxComponent, uuidv7, former)
    tellUnkept(this.logger, change)
    if (change.deferred.length > 0) {
      await this.store.defer(tx, { components: change.deferred, cause, restated, traceOf, undone }, now)
    }
    await this.carryOut(tx, change, neighbourhood, { model, cause, restated, contents, traceOf, learned }, now)
    return change
  }

  /** Writes a change that was decided, with the events that tell of it. */
  async carryOut(
    tx: EntityManager,
    change: PartitionChange,
    known: Pick<Neighbourhood, 'edges' | 'decisions'>,
    { model, cause, restated = [], contents, traceOf = () => null, learned = [] }: Carrying,
    now: Date,
  ): Promise<void> {
    const told = toldAbout(change, restated)
    const revisions = this.revisions(change, told)
    const missing = told.filter((id) => !contents?.has(id))
    const telling = {
      model,
      cause,
      now,
      traceOf,
      contents: new Map([...(contents ?? []), ...(await this.records.contents(tx, missing))]),
    }
    const writing = this.store.writing(change, revisions, learned, { cause, epoch: model.epoch, now })
    const suspecting = this.store.suspecting(change, now)
    const events = eventsOf(change, known, told, (id) => revisions.get(id)!, telling)
    await this.log.append(tx, events)
    const rows = await runTogether<unknown[]>(tx, [...writing, ...suspecting])
    await this.store.retire(tx, change, now)
    if (suspecting.length === 0) return
    const [suspicions] = rows[writing.length] as [SuspicionChange]
    await this.log.append(tx, suspicionEvents(suspicions, change, differentPeople(known), now))
  }

  /** The next revision of every record that moved or is spoken of. */
  private revisions(change: PartitionChange, told: readonly string[]): Map<string, number> {
    const before = new Map(change.clusters.flatMap(({ members }) => members.map(({ id, revision }) => [id, revision])))
    const spoken = new Set([...change.moves.map(({ record }) => record.id), ...told])
    return new Map([...spoken].map((id) => [id, before.get(id)! + 1]))
  }
}

function withoutErased(change: Change, erased: ReadonlySet<string>): Change {
  const { evidence } = change
  return {
    ...change,
    seeds: change.seeds.filter((id) => !erased.has(id)),
    evidence: evidence && {
      ...evidence,
      pairs: evidence.pairs.filter(({ lo, hi }) => !erased.has(lo) && !erased.has(hi)),
    },
  }
}

/**
 * The pairs that still say something: both records are of the versions that were scored, and not all of the keys under which
 * they met are hubs by now.
 *
 * A pair that speaks against one person is kept too, though nobody looked at its other end yet: should a third record join the
 * two, it counts. Whether that end stands as it was scored is told by the version that is stored with the pair.
 */
function stillValid(pairs: readonly ScoredPair[], { members, hubs }: Neighbourhood): ScoredPair[] {
  const versions = new Map(members.map(({ id, version }) => [id, version]))
  const asScored = (id: string, version: number) => (versions.get(id) ?? version) === version
  return pairs.filter(
    ({ lo, hi, loVersion, hiVersion, keys }) =>
      asScored(lo, loVersion) && asScored(hi, hiVersion) && keys.some((key) => !hubs.has(key)),
  )
}

/** Stored edges, and over them what was just learned. */
function withLearned({ edges }: Neighbourhood, learned: readonly ScoredPair[]): Neighbourhood['edges'] {
  if (learned.length === 0) return edges
  const all = new Map(edges.map((edge) => [edge.a + edge.b, edge]))
  for (const { lo, hi, weight, levels } of learned) all.set(lo + hi, { a: lo, b: hi, weight, levels })
  return [...all.values()]
}

/** Whether people said of two identities that they are not one. */
function differentPeople({ decisions }: Pick<Neighbourhood, 'decisions'>): (lo: string, hi: string) => boolean {
  const apart = new Set(
    decisions.flatMap(({ kind, identityA, identityB }) =>
      kind === 'cannot' ? [`${identityA} ${identityB}`, `${identityB} ${identityA}`] : [],
    ),
  )
  return (lo, hi) => apart.has(`${lo} ${hi}`)
}
