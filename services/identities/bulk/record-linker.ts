import { setImmediate as breathe } from 'node:timers/promises'
import { Injectable } from '@nestjs/common'
import { DataSource, type EntityManager } from 'typeorm'
import { COMPILED, knowledgeOf, type Model, Scorer, scoreInParallel, type Table, TableBuilder } from '#libs/linkage'
import { BlindIndex } from '#libs/privacy'
import { candidatePairs } from '../evidence/candidate-pairs.ts'
import { EvidenceGatherer } from '../evidence/evidence.ts'
import { hubKeys } from '../evidence/hubs.ts'
import { OpenedRecords } from '../records/opened-records.ts'
import { RecordOpener } from '../records/record-opener.ts'
import { type KeyedRecord, RecordStore } from '../records/record-store.ts'
import type { Progress } from './bulk-jobs.ts'
import { LinkedRecords } from './linked-records.ts'
import type { PresentRecord } from './present-state.ts'
import { recordPages, type StoredRecord, storedRecords } from './record-pages.ts'
import { Turns } from './turns.ts'
import { WholeClustering } from './whole-clustering.ts'

/** Records that are opened in one go before others get their turn: some 20 ms. */
const AT_ONCE = 200
const PAIRS_AT_ONCE = 20_000

/** Keys that are stored otherwise than the model makes them. */
export interface StaleKeys {
  readonly id: string
  readonly version: number
  readonly keys: readonly string[]
  readonly exclusive: string | null
}

/** All records, read and linked under one model. */
export interface Gathered {
  readonly records: LinkedRecords
  readonly table: Table
  readonly staleKeys: StaleKeys[]
  /** The blind key under which all of them are to keep their exclusive values: the newest one. */
  readonly exclusiveKey: number
  readonly clustering: WholeClustering
}

/** Reads and links all records under a model: the same pairs with the same weights as they have when records come one by one. */
@Injectable()
export class RecordLinker {
  constructor(
    private readonly dataSource: DataSource,
    private readonly opener: RecordOpener,
    private readonly evidence: EvidenceGatherer,
    private readonly store: RecordStore,
    private readonly blind: BlindIndex,
  ) {}

  /** Whether heavy work can go to threads of its own. */
  readonly aside = COMPILED

  async read(model: Model, progress: Progress): Promise<Gathered> {
    const hubs = await hubKeys(this.dataSource)
    const [{ records: total }] = await this.dataSource.query(`select count(*)::int as records from record`)
    const records = new LinkedRecords(model, new Set(hubs))
    const builder = new TableBuilder(model)
    const staleKeys: StaleKeys[] = []
    const exclusiveKey = this.blind.active
    for await (const page of recordPages(this.dataSource)) {
      for (let at = 0; at < page.length; at += AT_ONCE) {
        const part = page.slice(at, at + AT_ONCE)
        for (const { content } of part) {
          const row = this.opener.row(content)
          builder.add(content.id, (column) => row[column] ?? '')
        }
        const contents = part.map(({ content }) => content)
        // The table so far shares its memory with the whole one: building it copies nothing.
        const keyed = this.evidence.keyedIn({ model, exclusiveKey }, contents, builder.build(), records.size)
        keyed.forEach((record, index) => {
          records.add(record)
          staleKeys.push(...staleOf(record, part[index]!))
        })
        await breathe()
      }
      progress('reading', Math.min(1, records.size / Math.max(1, total)))
    }
    await records.limitHubs(hubs)
    return { records, table: builder.build(), staleKeys, exclusiveKey, clustering: new WholeClustering() }
  }

  /** Scores every pair that meets under a key. */
  async score({ records, table }: Gathered, progress: Progress): Promise<void> {
    progress('scoring', 0)
    const knowledge = knowledgeOf(records.model, table, { count: false })
    const input = { model: records.model, table, knowledge }
    const found = await scoreInParallel(input, await records.ruleKeys(), COMPILED ? 1 : 0, (share) =>
      progress('scoring', share),
    )
    const scorer = new Scorer(records.model, table, knowledge)
    for (let edge = 0; edge < found.a.length; edge++) {
      const [a, b] = [found.a[edge]!, found.b[edge]!]
      records.learn(a, b, scorer.score(a, b), scorer.levels)
      if (edge % PAIRS_AT_ONCE === 0) await breathe()
    }
  }

  /**
   * Takes in what came, was corrected or erased since the records were read, as real time does; returns the ids.
   *
   * @param present the records as they are now
   */
  async catchUp(
    source: EntityManager | DataSource,
    { records, staleKeys, exclusiveKey }: Gathered,
    present: ReadonlyMap<string, Pick<PresentRecord, 'version'>>,
  ): Promise<string[]> {
    const { erased, changed } = await differences(records, present)
    await records.remove([...erased, ...changed])
    const stored = await storedRecords(source, changed.toSorted())
    const opened = new OpenedRecords(records.model, this.opener)
    const contents = stored.map(({ content }) => content)
    const keyed = this.evidence.keyed({ model: records.model, exclusiveKey }, contents, opened)
    keyed.forEach((record, index) => {
      records.add(record)
      staleKeys.push(...staleOf(record, stored[index]!))
    })
    await records.limitHubs(await hubKeys(source))
    await this.weighNew(source, records, keyed, opened)
    return [...erased, ...changed]
  }

  private async weighNew(
    source: EntityManager | DataSource,
    records: LinkedRecords,
    keyed: readonly KeyedRecord[],
    opened: OpenedRecords,
  ): Promise<void> {
    const sharing = await records.sharing(keyed.map(({ content }) => content.id))
    const contents = await this.store.contents(source, [...sharing.keys()])
    const found = [...sharing].flatMap(([id, keys]) => {
      const content = contents.get(id)
      return content ? [{ content, keys }] : []
    })
    const { pairs } = candidatePairs(keyed, found, () => Number.POSITIVE_INFINITY)
    records.learnPairs(this.evidence.weigh(records.model, pairs, found, opened))
  }
}

/** Which records are gone, and which are new or have another version than was read. */
async function differences(records: LinkedRecords, present: ReadonlyMap<string, Pick<PresentRecord, 'version'>>) {
  const turns = new Turns()
  const versions = records.versions.view()
  const erased: string[] = []
  for (const id of records.position.keys()) {
    if (!present.has(id)) erased.push(id)
    if (turns.due()) await turns.give()
  }
  const changed: string[] = []
  for (const [id, { version }] of present) {
    const at = records.position.get(id)
    if (at === undefined || versions[at] !== version) changed.push(id)
    if (turns.due()) await turns.give()
  }
  return { erased, changed }
}

function staleOf({ content, keys, exclusive }: KeyedRecord, stored: StoredRecord): StaleKeys[] {
  const made = [...new Set(keys.map(({ key }) => key))]
  const hex = exclusive?.toString('hex') ?? null
  if (made.toSorted().join(' ') === stored.keys && hex === stored.exclusive) return []
  return [{ id: content.id, version: content.version, keys: made, exclusive: hex }]
}
