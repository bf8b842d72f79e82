import { createHash } from 'node:crypto'
import { Injectable } from '@nestjs/common'
import { DataSource, type EntityManager } from 'typeorm'
import { v7 as uuidv7 } from 'uuid'
import { transact } from '#libs/database'
import type { PartitionChange } from '../partition/decide-partition.ts'
import { type Edge, EPOCH_LOCK } from '../partition/neighbourhood.ts'
import { Partitioning } from '../partition/partitioning.ts'
import { type ChangeNumbers, numbersOf, partsOf } from './bulk-change.ts'
import { type PresentState, pastOf, presentState } from './present-state.ts'
import { type Gathered, type Progress, RecordLinker } from './record-linker.ts'
import { type EdgeChanges, Staging } from './staging.ts'
import { changedClusters, clusterAll, type WholeChange, wholeChange } from './whole-partition.ts'

/** What a bulk run came to, compared with the partition in force. */
export interface Comparison {
  readonly numbers: ChangeNumbers
  readonly whole: WholeChange
  /** Of all records and decisions that the partition follows from. */
  readonly basis: string
  /** Of the partition, whatever the ids of its identities. */
  readonly outcome: string
}

/** What a bulk run changed. */
export interface Replaced extends ChangeNumbers {
  readonly edges: EdgeChanges
  /** Records that came, were corrected or erased while the run prepared itself. */
  readonly arrivedMeanwhile: number
  readonly basis: string
  readonly outcome: string
}

/** More than these are taken in before everybody has to wait. */
const FEW = 500
const ROUNDS = 4

/** Compares all records, linked under some model, with the partition in force, and puts them in its place. */
@Injectable()
export class ReplacePartition {
  constructor(
    private readonly dataSource: DataSource,
    private readonly linker: RecordLinker,
    private readonly staging: Staging,
    private readonly partitioning: Partitioning,
  ) {}

  /** What would change, as things stand at this moment. Writes nothing. */
  async compare(gathered: Gathered, progress: Progress): Promise<Comparison> {
    progress('comparing', 0)
    const present = await presentState(this.dataSource)
    await this.linker.catchUp(this.dataSource, gathered, versionsOf(present))
    return this.comparison(this.dataSource.manager, gathered, present)
  }

  /**
   * Replaces pairs, people and review items by what the records give, in one transaction during which nobody else decides
   * anything; writes what differs only, and tells of it as if the records had just come.
   *
   * @param under what else is to be done in the transaction once everybody waits, such as putting an epoch in force
   */
  async run(
    gathered: Gathered,
    progress: Progress,
    under: (tx: EntityManager, now: Date) => Promise<void> = async () => {},
  ): Promise<Replaced> {
    const meanwhile = new Set(await this.catchUpAside(gathered))
    progress('writing', 0)
    await this.staging.stage(gathered.records)
    const hubsStaged = gathered.records.hubs.length
    const since = new Set<string>()
    progress('writing', 0.3)
    return transact(this.dataSource, async (tx) => {
      // The wait for the others, and the work, may take longer than a transaction usually may.
      await tx.query(`set local transaction_timeout = 0`)
      await tx.query(`set local idle_in_transaction_session_timeout = 0`)
      await tx.query(`select pg_advisory_xact_lock(${EPOCH_LOCK})`)
      const now = new Date()
      const present = await presentState(tx)
      // A transaction that has to run again finds the records caught up already, and the staged pairs as they were.
      for (const id of await this.linker.catchUp(tx, gathered, versionsOf(present))) since.add(id)
      const { numbers, whole, basis, outcome } = await this.comparison(tx, gathered, present)
      progress('writing', 0.5)
      await under(tx, now)
      const { records, staleKeys } = gathered
      await this.staging.restage(tx, records, [...since], records.hubs.length > hubsStaged)
      const edges = await this.staging.swapEdges(tx, records.model.epoch)
      await this.staging.replaceKeys(tx, staleKeys, records.model.epoch)
      await this.staging.addHubs(tx, records.hubs, now)
      progress('writing', 0.7)
      await this.write(tx, gathered, whole, now)
      return { ...numbers, edges, arrivedMeanwhile: new Set([...meanwhile, ...since]).size, basis, outcome }
    })
  }

  /** Takes in what came while the records were read and scored, until hardly anything is left for the moment of the lock. */
  private async catchUpAside(gathered: Gathered): Promise<string[]> {
    const arrived: string[] = []
    for (let round = 1; ; round++) {
      const present = await presentState(this.dataSource)
      const changed = await this.linker.catchUp(this.dataSource, gathered, versionsOf(present))
      arrived.push(...changed)
      if (changed.length < FEW || round === ROUNDS) return arrived
    }
  }

  private async comparison(tx: EntityManager, gathered: Gathered, present: PresentState): Promise<Comparison> {
    const { records } = gathered
    const clusterOf = clusterAll(records, present.decisions)
    const changed = changedClusters(records, clusterOf, present.records)
    const past = await pastOf(tx, changed.flat())
    const whole = wholeChange(records, clusterOf, changed, present, past, uuidv7)
    const before = new Set([...present.records.values()].flatMap(({ identityId }) => identityId ?? [])).size
    const after = new Set([...records.position.values()].map((at) => clusterOf[at])).size
    const people = { before, after, records: records.position.size }
    return { numbers: numbersOf(whole, people, present.items), whole, ...digestsOf(gathered, clusterOf, present) }
  }

  private async write(tx: EntityManager, { records }: Gathered, whole: WholeChange, now: Date): Promise<void> {
    const parts = partsOf(whole.change)
    const edges = edgesByPart(parts, whole.edges)
    for (const [at, part] of parts.entries()) {
      const known = { edges: edges[at]!, decisions: whole.decisions }
      await this.partitioning.carryOut(tx, part, known, { model: records.model, cause: 'epoch' }, now)
    }
  }
}

function versionsOf({ records }: PresentState): ReadonlyMap<string, number> {
  return new Map([...records].map(([id, { version }]) => [id, version]))
}

function edgesByPart(parts: readonly PartitionChange[], edges: readonly Edge[]): Edge[][] {
  const partOf = new Map(
    parts.flatMap(({ clusters }, part) =>
      clusters.flatMap(({ members }) => members.map(({ id }) => [id, part] as const)),
    ),
  )
  const grouped = parts.map((): Edge[] => [])
  for (const edge of edges) {
    const part = partOf.get(edge.a)!
    if (part === partOf.get(edge.b)) grouped[part]!.push(edge)
  }
  return grouped
}

function digestsOf({ records }: Gathered, clusterOf: Int32Array, { decisions }: PresentState) {
  const [basis, outcome] = [createHash('sha256'), createHash('sha256')]
  const versions = records.versions.view()
  const firstOf = new Map<number, string>()
  for (const id of [...records.position.keys()].sort()) {
    const at = records.position.get(id)!
    const root = clusterOf[at]!
    if (!firstOf.has(root)) firstOf.set(root, id)
    basis.update(`${id} ${versions[at]}\n`)
    outcome.update(`${id} ${firstOf.get(root)}\n`)
  }
  for (const { a, b, kind, override } of decisions) basis.update(`${a} ${b} ${kind} ${override}\n`)
  return { basis: basis.digest('hex'), outcome: outcome.digest('hex') }
}
