import type { Hub } from '../knowledge/hubs.ts'
import type { Knowledge } from '../knowledge/knowledge.ts'
import type { Model } from '../model/model.ts'
import { fieldPart } from '../table/field-parts.ts'
import type { Table } from '../table/table.ts'
import type { WorkThreads } from '../threads/work-threads.ts'
import { type BlockedRule, blockRule, type KeySource, type RuleJob } from './block-rule.ts'
import type { RuleKeys } from './rule-keys.ts'

/** A block that was too large to compare: its pairs are not candidates by this rule. */
export interface DroppedBlock {
  readonly rule: string
  readonly records: number
  /** One record of the block, to show what it is about. */
  readonly example: string
}

/** What each rule found, what was dropped, and the hub values that gave no key. */
export interface BlockingReport {
  readonly rules: readonly { rule: string; keys: number; blocks: number; pairs: number; largest: number }[]
  readonly dropped: readonly DroppedBlock[]
  readonly hubs: readonly Hub[]
}

/** The keys of every rule, in the model's order. */
export interface Blocking {
  readonly rules: readonly RuleKeys[]
  readonly report: BlockingReport
}

/**
 * Derives the keys of every rule and sorts them. Hub values give no key; blocks above the rule's limit lose theirs and are
 * reported, largest first.
 */
export function blockRecords(model: Model, table: Table, knowledge: Knowledge): Blocking {
  return blockingOf(model, table, knowledge, ruleJobs(model, table, knowledge).map(blockRule))
}

/** {@link blockRecords} with worker threads, if any, which take one rule after the other; best of a table in shared memory. */
export async function blockInParallel(
  model: Model,
  table: Table,
  knowledge: Knowledge,
  threads: WorkThreads,
): Promise<Blocking> {
  if (threads.count === 0) return blockRecords(model, table, knowledge)
  return blockingOf(model, table, knowledge, await threads.run('blockRule', ruleJobs(model, table, knowledge)))
}

function ruleJobs(model: Model, table: Table, knowledge: Knowledge): RuleJob[] {
  const source = (field: string, part: string): KeySource => {
    const { column, offsets, hashes } = fieldPart(model, table, field, part)
    return {
      offsets: column.offsets,
      values: column.values,
      partOffsets: offsets,
      hashes,
      hubs: knowledge.hubFlags.get(field),
    }
  }
  return model.blocking.map(({ keys, limit }) => ({
    sources: keys.map(({ field, part }) => source(field, part)),
    limit,
  }))
}

function blockingOf(model: Model, table: Table, { hubs }: Knowledge, rules: readonly BlockedRule[]): Blocking {
  const names = model.blocking.map(({ name }) => name)
  const dropped = rules
    .flatMap((rule, index) =>
      rule.dropped.map(({ records, example }) => ({ rule: names[index]!, records, example: table.ids.get(example) })),
    )
    .sort((a, b) => b.records - a.records || (a.example < b.example ? -1 : 1))
  const reports = rules.map(({ keys, blocks, pairs, largest }, index) => ({
    rule: names[index]!,
    keys: keys.length,
    blocks,
    pairs,
    largest,
  }))
  return {
    rules: rules.map(({ offsets, keys, sorted }) => ({ offsets, keys, sorted })),
    report: { rules: reports, dropped, hubs },
  }
}
