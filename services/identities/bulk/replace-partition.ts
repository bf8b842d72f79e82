import { createHash } from 'node:crypto'
import { Injectable, Logger } from '@nestjs/common'
import type { EntityManager, QueryRunner } from 'typeorm'
import { v7 as uuidv7 } from 'uuid'
import { transactOn } from '#libs/database'
import { addHubs } from '../evidence/hubs.ts'
import type { PartitionChange } from '../partition/decide-partition.ts'
import type { Edge } from '../partition/neighbourhood.ts'
import { EPOCH_LOCK } from '../partition/neighbourhood-statements.ts'
import { Partitioning } from '../partition/partitioning.ts'
import { tellUnkept } from '../partition/unkept.ts'
import { type ChangeNumbers, numbersOf, partsOf } from './bulk-change.ts'
import type { JobContext } from './bulk-jobs.ts'
import { type PresentState, pastOf, presentState } from './present-state.ts'
import { type Gathered, RecordLinker } from './record-linker.ts'
import { type EdgeChanges, Staging } from './staging.ts'
import { Turns } from './turns.ts'
import type { WholeClusters } from './whole-clustering.ts'
import { comparePeople, type WholeChange, wholeChange } from './whole-partition.ts'

/** What a bulk run came to, compared with the partition in force. */
export interface Comparison {
  readonly numbers: ChangeNumbers
  readonly whole: WholeChange
  /** Of all records and decisions that the partition follows from. */
  readonly basis: string
  /** Of the partition, whatever the ids of its identities. */
  readonly outcome: string
}

interface Compared extends Pick<Comparison, 'numbers' | 'whole'> {
  readonly clusters: WholeClusters
  readonly present: PresentState
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
  private readonly logger = new Logger(ReplacePartition.name)

  constructor(
    private readonly linker: RecordLinker,
    private readonly staging: Staging,
    private readonly partitioning: Partitioning,
  ) {}

  /** What would change, as things stand at this moment. Writes nothing. */
  async compare(gathered: Gathered, { progress, session }: JobContext): Promise<Comparison> {
    progress('comparing', 0)
    const present = await transactOn(session, presentState)
    await this.linker.catchUp(session.manager, gathered, present.records)
    const compared = await this.comparison(session.manager, gathered, present)
    return { ...compared, ...(await digestsOf(gathered, compared)) }
  }

  /**
   * Replaces pairs, people and review items by what the records give, in one transaction during which nobody else decides
   * anything; writes what differs only, and tells of it as if the records had just come.
   *
   * @param under what else is to be done in the transaction once everybody waits, such as putting an epoch in force
   */
  async run(
    gathered: Gathered,
    { progress, session }: JobContext,
    under: (tx: EntityManager, now: Date) => Promise<void> = async () => {},
  ): Promise<Replaced> {
    const { records, staleKeys } = gathered
    const meanwhile = await this.catchUpAside(gathered, session)
    progress('writing', 0)
    const staged = { hubChanges: records.hubChanges, keys: staleKeys.length }
    await this.staging.stage(session, gathered)
    progress('writing', 0.2)
    const later = await this.catchUpAside(gathered, session)
    await this.staging.restage(session.manager, records, later, records.hubChanges > staged.hubChanges)
    staged.hubChanges = records.hubChanges
    const since = new Set<string>()
    progress('writing', 0.3)
    const done = await transactOn(session, async (tx) => {
      // The wait for the others, and the work, may take longer than a transaction usually may.
      await tx.query(`set local transaction_timeout = 0`)
      await tx.query(`set local idle_in_transaction_session_timeout = 0`)
      await tx.query(`select pg_advisory_xact_lock(${EPOCH_LOCK})`)
      const now = new Date()
      const present = await presentState(tx)
      // A transaction that has to run again finds the records caught up already, and the staged pairs as they were.
      for (const id of await this.linker.catchUp(tx, gathered, present.records)) since.add(id)
      const compared = await this.comparison(tx, gathered, present)
      progress('writing', 0.5)
      await under(tx, now)
      await this.staging.restage(tx, records, [...since], records.hubChanges > staged.hubChanges)
      const edges = await this.staging.swapEdges(tx, records.model.epoch)
      await this.staging.stageKeys(tx, staleKeys.slice(staged.keys))
      await this.staging.replaceKeys(tx, gathered)
      await addHubs(tx, records.hubs, now)
      progress('writing', 0.7)
      await this.write(tx, gathered, compared.whole, now)
      return { ...compared, edges }
    })
    tellUnkept(this.logger, done.clusters)
    const arrivedMeanwhile = new Set([...meanwhile, ...later, ...since]).size
    return { ...done.numbers, edges: done.edges, arrivedMeanwhile, ...(await digestsOf(gathered, done)) }
  }

  /**
   * Takes in what came while the records were read and scored, until hardly anything is left for the moment of the lock, and
   * clusters all of it: what remains to be clustered then is what changed since.
   */
  private async catchUpAside(gathered: Gathered, session: QueryRunner): Promise<string[]> {
    const arrived: string[] = []
    for (let round = 1; ; round++) {
      const present = await transactOn(session, presentState)
      const changed = await this.linker.catchUp(session.manager, gathered, present.records)
      arrived.push(...changed)
      if (changed.length >= FEW && round < ROUNDS) continue
      await gathered.clustering.cluster(gathered.records, present.decisions)
      return arrived
    }
  }

  private async comparison(tx: EntityManager, gathered: Gathered, present: PresentState): Promise<Compared> {
    const { records, clustering } = gathered
    const clusters = await clustering.cluster(records, present.decisions)
    const { clusterOf } = clusters
    const { changed, before, after } = await comparePeople(records, clusterOf, present.records)
    const past = await pastOf(tx, changed.flat())
    const whole = await wholeChange({ records, clusterOf, changed, present, past, newId: uuidv7 })
    const numbers = numbersOf(whole, { before, after, records: records.position.size }, present.items)
    return { numbers, whole, clusters, present }
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

async function digestsOf({ records }: Gathered, { clusters, present }: Compared) {
  const turns = new Turns()
  const [basis, outcome] = [createHash('sha256'), createHash('sha256')]
  const versions = records.versions.view()
  const firstOf = new Map<number, string>()
  for (const id of records.idsInOrder()) {
    if (turns.due()) await turns.give()
    const at = records.position.get(id)!
    const root = clusters.clusterOf[at]!
    if (!firstOf.has(root)) firstOf.set(root, id)
    basis.update(`${id} ${versions[at]}\n`)
    outcome.update(`${id} ${firstOf.get(root)}\n`)
  }
  for (const { a, b, kind, override } of present.decisions) basis.update(`${a} ${b} ${kind} ${override}\n`)
  return { basis: basis.digest('hex'), outcome: outcome.digest('hex') }
}
