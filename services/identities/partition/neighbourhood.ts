import { Injectable } from '@nestjs/common'
import type { EntityManager } from 'typeorm'
import { arrayOf, type Bound, runPrepared, runTogether, TransactionConflict, transactionOf } from '#libs/database'
import type { Model, PartitionDecision } from '#libs/linkage'
import { BEYOND, DECISIONS, LOCK, LOCK_IF_FREE, PAST, READ } from './neighbourhood-statements.ts'

/** A record as the partition sees it. */
export interface Member {
  readonly id: string
  readonly kind: 'registration' | 'lead'
  readonly version: number
  /** Blind key of what one person has only one of; null when it has none. */
  readonly exclusive: string | null
  readonly identityId: string | null
  readonly revision: number
  /** Whole components lie inside; at the rim are the people who are only weakly joined to these, and stay as they are. */
  readonly inside: boolean
}

export interface Edge {
  readonly a: string
  readonly b: string
  readonly weight: number
  readonly levels: readonly number[]
}

/** A decision in force on two records, at least one of them inside; with the identities that these have now. */
export interface Decision extends PartitionDecision {
  readonly identityA: string | null
  readonly identityB: string | null
}

/** Everything that the identities of some records depend on. */
export interface Neighbourhood {
  readonly epoch: number
  /** Number of the blind key under which the records' exclusive values are kept. */
  readonly exclusiveKey: number
  readonly members: readonly Member[]
  readonly edges: readonly Edge[]
  readonly decisions: readonly Decision[]
  /** Retired identities that records belonged to, by record, oldest first. */
  readonly past: ReadonlyMap<string, readonly string[]>
  /** Keys among those asked for that are hubs by now. */
  readonly hubs: ReadonlySet<string>
  /** Seeds that were erased meanwhile. */
  readonly erased: ReadonlySet<string>
  /** Members inside whose components are too large to be read: nothing else of these is here. */
  readonly beyond: ReadonlySet<string>
}

/** What a change starts from. */
export interface Start {
  readonly seeds: readonly string[]
  /** Records that are to be locked and looked at besides: partners of pairs that are not stored yet. */
  readonly partners: { readonly strong: readonly string[]; readonly weak: readonly string[] }
  readonly keys: readonly string[]
  /** Records of a component that is read at most; without it every component is. */
  readonly maxComponent?: number
}

/** Records of all components together that are read, for each seed, before anybody asks whether one is too large. */
const USUAL_COMPONENT = 20

/** Locks and loads neighbourhoods. */
@Injectable()
export class Neighbourhoods {
  /** Records that a transaction holds, by what stands for it. */
  private readonly held = new WeakMap<object, Set<string>>()

  /**
   * Locks all records that what is to be decided depends on, and reads them. What others committed while this waited for its
   * locks is seen: the reading starts again, with more locks, until it finds nothing that is not locked.
   *
   * A transaction waits for its first locks alone, before it wrote anything that others wait for; for all further ones it gives
   * way, so that no two can wait for each other.
   *
   * @throws {TransactionConflict} when somebody else holds one of the further locks
   */
  async lock(tx: EntityManager, start: Start, model: Model): Promise<Neighbourhood> {
    let found = await this.lockAndRead(tx, start, model)
    while (await this.lockMore(tx, idsOf(found.members))) found = await this.read(tx, start, model)
    return found
  }

  private async lockAndRead(tx: EntityManager, start: Start, model: Model): Promise<Neighbourhood> {
    const wanted = [...new Set([...start.seeds, ...start.partners.strong, ...start.partners.weak])]
    if (this.held.has(transactionOf(tx))) {
      await this.lockMore(tx, wanted)
      return this.read(tx, start, model)
    }
    const lock = { ...LOCK, values: [arrayOf(wanted)] }
    const [locks, first] = await runTogether<[{ id: string }, Row]>(tx, [lock, readUsual(start, model)])
    this.held.set(transactionOf(tx), new Set(idsOf(locks)))
    return this.whole(tx, start, model, first)
  }

  /** Locks records that are not held yet, unless somebody else holds one; answers whether there were any. */
  private async lockMore(tx: EntityManager, ids: readonly string[]): Promise<boolean> {
    const held = this.held.get(transactionOf(tx))!
    const more = ids.filter((id) => !held.has(id))
    if (more.length === 0) return false
    const [taken] = await runPrepared<{ free: boolean }>(tx, LOCK_IF_FREE, [arrayOf(more)])
    if (!taken?.free) throw new TransactionConflict('records nearby are being decided about')
    for (const id of more) held.add(id)
    return true
  }

  protected async read(tx: EntityManager, start: Start, model: Model): Promise<Neighbourhood> {
    const [first] = await runTogether<[Row]>(tx, [readUsual(start, model)])
    return this.whole(tx, start, model, first)
  }

  /** What was read, or if that was cut off, all of it but for the components that are too large. */
  private async whole(tx: EntityManager, start: Start, model: Model, [usual]: readonly Row[]): Promise<Neighbourhood> {
    if (!usual!.found.truncated) return this.withRare(tx, neighbourhoodOf(usual!.found, []), usual!.found)
    const inside = insideOf(start)
    const rows = await runPrepared<{ id: string }>(tx, BEYOND, [
      arrayOf(inside),
      start.maxComponent,
      model.thresholds.merge,
    ])
    const beyond = new Set(rows.map(({ id }) => id))
    const rest = inside.filter((id) => !beyond.has(id))
    const [found] = await runTogether<[Row]>(tx, [read(start, rest, [...beyond], model, null)])
    return this.withRare(tx, neighbourhoodOf(found[0]!.found, [...beyond]), found[0]!.found)
  }

  /**
   * Adds what few records have: decisions, and past identities. Whether an override stands is read a moment later than the
   * records: one that is being corrected just then is decided about once more with its correction.
   */
  private async withRare(
    tx: EntityManager,
    known: Omit<Neighbourhood, 'decisions' | 'past'>,
    { decided }: Found,
  ): Promise<Neighbourhood> {
    const inside = known.members.filter((member) => member.inside)
    const whole = decided ? inside.filter(({ id }) => !known.beyond.has(id)) : []
    const moved = inside.filter(({ revision }) => revision > 1)
    if (whole.length === 0 && moved.length === 0) return { ...known, decisions: [], past: new Map() }
    const [decisions, identities] = await runTogether<[Decision, PastRow]>(tx, [
      { ...DECISIONS, values: [arrayOf(idsOf(whole))] },
      { ...PAST, values: [arrayOf(idsOf(moved))] },
    ])
    const past = new Map<string, string[]>()
    for (const { recordId, identityId } of identities) {
      past.set(recordId, [...(past.get(recordId) ?? []), identityId])
    }
    return { ...known, decisions, past }
  }
}

function idsOf(records: readonly { readonly id: string }[]): string[] {
  return records.map(({ id }) => id)
}

/** Answers whether it was cut off: then there may be a component that is too large. */
function readUsual(start: Start, model: Model): Bound {
  const { maxComponent = Number.POSITIVE_INFINITY, seeds } = start
  const limit = Number.isFinite(maxComponent) ? maxComponent + USUAL_COMPONENT * seeds.length : null
  return read(start, insideOf(start), [], model, limit)
}

function insideOf({ seeds, partners }: Start): string[] {
  return [...new Set([...seeds, ...partners.strong])]
}

function read(
  { partners, keys }: Start,
  inside: readonly string[],
  beyond: readonly string[],
  { thresholds: { merge, review } }: Model,
  limit: number | null,
): Bound {
  const values = [arrayOf(inside), arrayOf(partners.weak), merge, review, arrayOf(keys), limit, arrayOf(beyond)]
  return { ...READ, values }
}

function neighbourhoodOf(found: Found, beyond: readonly string[]): Omit<Neighbourhood, 'decisions' | 'past'> {
  return {
    epoch: found.epoch,
    exclusiveKey: found.exclusiveKey,
    members: (found.members ?? []).map(([id, kind, version, exclusive, identityId, revision, inside]) => ({
      id,
      kind,
      version,
      exclusive,
      identityId,
      revision,
      inside,
    })),
    edges: (found.edges ?? []).map(([a, b, weight, levels]) => ({ a, b, weight, levels })),
    hubs: new Set(found.hubs ?? []),
    erased: new Set(found.erased ?? []),
    beyond: new Set(beyond),
  }
}

interface PastRow {
  readonly recordId: string
  readonly identityId: string
}

interface Row {
  readonly found: Found
}

/** What {@link READ} answers; an empty list is null. */
interface Found {
  readonly epoch: number
  readonly exclusiveKey: number
  readonly truncated: boolean | null
  readonly members: MemberRow[] | null
  readonly edges: EdgeRow[] | null
  readonly decided: boolean | null
  readonly hubs: string[] | null
  readonly erased: string[] | null
}

type MemberRow = [string, Member['kind'], number, string | null, string | null, number, boolean]
type EdgeRow = [string, string, number, number[]]
