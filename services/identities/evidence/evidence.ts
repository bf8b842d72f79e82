import { Injectable } from '@nestjs/common'
import { knowledgeOf, type Model, Scorer, type Table } from '#libs/linkage'
import { BlockKeys } from '../records/block-keys.ts'
import { OpenedRecords } from '../records/opened-records.ts'
import type { RecordContent } from '../records/record-content.ts'
import { RecordOpener } from '../records/record-opener.ts'
import { type FoundRecord, type KeyedRecord, RecordStore } from '../records/record-store.ts'
import { ActiveModel, type InForce } from './active-model.ts'
import { candidatePairs, type Pair } from './candidate-pairs.ts'
import type { Hub } from './hubs.ts'

/** A pair of records that speaks for or against one person. `lo` < `hi`; the weight is in milli-bits. */
export interface ScoredPair {
  readonly lo: string
  readonly hi: string
  readonly loVersion: number
  readonly hiVersion: number
  readonly weight: number
  /** Level per comparison of the model, -1 where a side says nothing. */
  readonly levels: readonly number[]
  /** The keys under which the two met. */
  readonly keys: readonly string[]
}

/** What is known after some records came: all of it facts, which no later decision changes. */
export interface Evidence extends InForce {
  /** The records that stand as given; others are known in a newer version, or erased. */
  readonly seeds: readonly string[]
  readonly pairs: readonly ScoredPair[]
  /** Keys that more records share than their rule allows: from now on nobody looks under them. */
  readonly hubs: readonly Hub[]
}

/**
 * Takes records in, finds whom they may be, and weighs each pair.
 *
 * The records are committed with their keys before anybody looks for others, so that of two records of one person that arrive
 * at the same time at least one finds the other.
 */
@Injectable()
export class EvidenceGatherer {
  constructor(
    private readonly activeModel: ActiveModel,
    private readonly opener: RecordOpener,
    private readonly blockKeys: BlockKeys,
    private readonly store: RecordStore,
  ) {}

  async gather(contents: readonly RecordContent[], now: Date): Promise<Evidence> {
    const inForce = await this.activeModel.inForce()
    const { model } = inForce
    const opened = new OpenedRecords(model, this.opener)
    const keyed = this.keyed(inForce, contents, opened)
    const limits = new Map(model.blocking.map(({ name, limit }) => [name, limit]))
    const asked = new Map(keyed.flatMap(({ keys }) => keys.map(({ key, rule }) => [key, rule] as const)))
    const search = [...asked].map(([key, rule]) => ({ key, limit: limits.get(rule)! }))
    const { asGiven, found } = await this.store.putAndFind(keyed, search, model.epoch, now)
    const seeds = keyed.filter(({ content }) => asGiven.has(content.id))
    const { pairs, overfull } = candidatePairs(seeds, found, (key) => limits.get(asked.get(key)!)!)
    return {
      ...inForce,
      seeds: seeds.map(({ content }) => content.id),
      pairs: this.weigh(model, pairs, found, opened),
      // A version that is out of date is searched for too, but makes no hub.
      hubs: overfull
        .filter(({ key }) => seeds.some(({ keys }) => keys.some((own) => own.key === key)))
        .map(({ key, example }) => ({ key, rule: asked.get(key)!, example })),
    }
  }

  /** The keys of records under a model and a key for ids; these are the first that are opened. */
  keyed(inForce: InForce, contents: readonly RecordContent[], opened: OpenedRecords): KeyedRecord[] {
    for (const content of contents) opened.positionOf(content)
    return this.keyedIn(inForce, contents, opened.table(), 0)
  }

  /** The keys of records that stand one after the other in a table. */
  keyedIn(
    { model, exclusiveKey }: InForce,
    contents: readonly RecordContent[],
    table: Table,
    from: number,
  ): KeyedRecord[] {
    return contents.map((content, at) => ({
      content,
      keys: this.blockKeys.of(model, table, from + at),
      exclusive: this.blockKeys.exclusive(model, table, from + at, exclusiveKey),
    }))
  }

  /** Weighs pairs of found records, leaving out what counts for nothing. */
  weigh(model: Model, pairs: readonly Pair[], found: readonly FoundRecord[], opened: OpenedRecords): ScoredPair[] {
    const contents = new Map(found.map(({ content }) => [content.id, content]))
    // A record that was erased a moment ago is not found any more.
    const whole = pairs.filter(({ lo, hi }) => contents.has(lo) && contents.has(hi))
    if (whole.length === 0) return []
    const positionOf = (id: string) => opened.positionOf(contents.get(id)!)
    const places = whole.map(({ lo, hi }) => [positionOf(lo), positionOf(hi)] as const)
    const table = opened.table()
    const scorer = new Scorer(model, table, knowledgeOf(model, table, { count: false }))
    return whole.flatMap(({ lo, hi, keys }, at) => {
      const weight = scorer.score(...places[at]!)
      if (weight < model.thresholds.keep) return []
      const [loVersion, hiVersion] = [contents.get(lo)!.version, contents.get(hi)!.version]
      return [{ lo, hi, loVersion, hiVersion, weight, levels: Array.from(scorer.levels), keys }]
    })
  }
}
