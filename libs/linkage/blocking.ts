import { combineHashes } from './hash.ts'
import type { Hub, Knowledge } from './knowledge.ts'
import type { Model } from './model.ts'
import { type FieldPart, fieldPart } from './parts.ts'
import { NumberList, shared } from './string-pool.ts'
import type { Table } from './table.ts'

/** A block that was too large to compare: its pairs are not candidates by this rule. */
export interface DroppedBlock {
  readonly rule: string
  readonly records: number
  /** One record of the block, to show what it is about. */
  readonly example: string
}

/** One rule's keys: record r has `keys[offsets[r]] …`, sorted; and all of them in order, by key, then record. */
export interface RuleKeys {
  readonly offsets: Int32Array
  readonly keys: Uint32Array
  /** key << 32 | record, sorted, only keys that at least two records share. */
  readonly sorted: BigUint64Array
}

export interface BlockingReport {
  readonly rules: readonly { rule: string; keys: number; blocks: number; pairs: number; largest: number }[]
  readonly dropped: readonly DroppedBlock[]
  readonly hubs: readonly Hub[]
}

export interface Blocking {
  readonly rules: readonly RuleKeys[]
  readonly report: BlockingReport
}

/**
 * Derives the keys of every rule and sorts them. Hub values give no key; blocks above the rule's limit lose theirs and are
 * reported, largest first.
 */
export function blockRecords(model: Model, table: Table, knowledge: Knowledge): Blocking {
  const dropped: DroppedBlock[] = []
  const reports: BlockingReport['rules'][number][] = []
  const rules = model.blocking.map((rule) => {
    const sources = rule.keys.map(({ field, part }) => ({
      index: fieldPart(model, table, field, part),
      hubs: knowledge.hubFlags.get(field),
    }))
    const { offsets, keys } = deriveKeys(table.size, sources)
    const sorted = sortKeys(offsets, keys)
    const found = keepBlocks(sorted, rule.limit, (large) => {
      for (const record of large.records) removeKey(offsets, keys, record, large.key)
      dropped.push({ rule: rule.name, records: large.records.length, example: table.ids.get(large.records[0]!) })
    })
    const { blocks, pairs, largest } = found
    reports.push({ rule: rule.name, keys: keys.length, blocks, pairs, largest })
    return { offsets, keys, sorted: sorted.subarray(0, found.length) }
  })
  dropped.sort((a, b) => b.records - a.records || (a.example < b.example ? -1 : 1))
  return { rules, report: { rules: reports, dropped, hubs: knowledge.hubs } }
}

interface KeySource {
  readonly index: FieldPart
  readonly hubs: Uint8Array | undefined
}

function deriveKeys(size: number, sources: readonly KeySource[]) {
  // In shared memory from the start, since worker threads will read it.
  const offsets = new Int32Array(new SharedArrayBuffer(4 * (size + 1)))
  const keys = new NumberList()
  for (let record = 0; record < size; record++) {
    for (const key of keysOf(record, sources)) keys.push(key)
    offsets[record + 1] = keys.length
  }
  const view = keys.view()
  return { offsets, keys: shared(Uint32Array, new Uint32Array(view.buffer, 0, view.length)) }
}

/** Every combination of the sources' hashes, sorted, each once. */
function keysOf(record: number, sources: readonly KeySource[]): readonly number[] {
  let combined: number[] = []
  for (let position = 0; position < sources.length; position++) {
    const { index, hubs } = sources[position]!
    const { offsets, values } = index.column
    const next: number[] = []
    for (let i = offsets[record]!; i < offsets[record + 1]!; i++) {
      const value = values[i]!
      if (hubs?.[value] === 1) continue
      for (let j = index.offsets[value]!; j < index.offsets[value + 1]!; j++) {
        if (position === 0) next.push(index.hashes[j]!)
        else for (const start of combined) next.push(combineHashes(start, index.hashes[j]!))
      }
    }
    if (next.length === 0) return next
    combined = next
  }
  return combined.length > 1 ? [...new Set(combined)].sort((a, b) => a - b) : combined
}

function sortKeys(offsets: Int32Array, keys: Uint32Array): BigUint64Array {
  const sorted = new BigUint64Array(new SharedArrayBuffer(8 * keys.length))
  const halves = new Uint32Array(sorted.buffer)
  for (let record = 0; record < offsets.length - 1; record++) {
    for (let i = offsets[record]!; i < offsets[record + 1]!; i++) {
      halves[2 * i] = record
      halves[2 * i + 1] = keys[i]!
    }
  }
  return sorted.sort()
}

/** Moves the blocks of at least two records to the front, hands the large ones to `drop`. */
function keepBlocks(sorted: BigUint64Array, limit: number, drop: (block: { key: number; records: number[] }) => void) {
  const halves = new Uint32Array(sorted.buffer, sorted.byteOffset, sorted.length * 2)
  let length = 0
  let blocks = 0
  let pairs = 0
  let largest = 0
  for (let start = 0; start < sorted.length; ) {
    const key = halves[2 * start + 1]!
    let end = start + 1
    while (end < sorted.length && halves[2 * end + 1] === key) end++
    const size = end - start
    if (size > limit) {
      drop({ key, records: Array.from({ length: size }, (_, i) => halves[2 * (start + i)]!) })
    } else if (size > 1) {
      sorted.copyWithin(length, start, end)
      length += size
      blocks++
      pairs += (size * (size - 1)) / 2
      largest = Math.max(largest, size)
    }
    start = end
  }
  return { length, blocks, pairs, largest }
}

function removeKey(offsets: Int32Array, keys: Uint32Array, record: number, key: number): void {
  for (let i = offsets[record]!; i < offsets[record + 1]!; i++) if (keys[i] === key) keys[i] = 0
}

/** The smallest key two records share under a rule, 0 when none. Keys of dropped blocks are 0 and do not count. */
export function sharedKey({ offsets, keys }: RuleKeys, a: number, b: number): number {
  let smallest = 0
  for (let i = offsets[a]!; i < offsets[a + 1]!; i++) {
    const key = keys[i]!
    if (key === 0 || (smallest !== 0 && key >= smallest)) continue
    for (let j = offsets[b]!; j < offsets[b + 1]!; j++) {
      if (keys[j] === key) {
        smallest = key
        break
      }
    }
  }
  return smallest
}

/** A stretch of one rule's sorted keys, whole blocks, small enough to share work evenly. */
export interface BlockTask {
  readonly rule: number
  readonly start: number
  readonly end: number
  /** Pairs in its blocks, those that another rule has already included. */
  readonly pairs: number
}

const PAIRS_PER_TASK = 100_000

/** Cuts the blocks into tasks of about {@link PAIRS_PER_TASK} pairs. */
export function blockTasks(rules: readonly RuleKeys[]): BlockTask[] {
  const tasks: BlockTask[] = []
  rules.forEach(({ sorted }, rule) => {
    const halves = new Uint32Array(sorted.buffer, sorted.byteOffset, sorted.length * 2)
    let taskStart = 0
    let pairs = 0
    for (let start = 0; start < sorted.length; ) {
      let end = start + 1
      while (end < sorted.length && halves[2 * end + 1] === halves[2 * start + 1]) end++
      pairs += ((end - start) * (end - start - 1)) / 2
      if (pairs >= PAIRS_PER_TASK || end === sorted.length) {
        tasks.push({ rule, start: taskStart, end, pairs })
        taskStart = end
        pairs = 0
      }
      start = end
    }
  })
  return tasks
}

/** Visits each candidate pair of a task once in the whole run: at its first rule and smallest shared key. */
export function forEachPair(rules: readonly RuleKeys[], task: BlockTask, visit: (a: number, b: number) => void): void {
  const { sorted } = rules[task.rule]!
  const halves = new Uint32Array(sorted.buffer, sorted.byteOffset, sorted.length * 2)
  for (let start = task.start; start < task.end; ) {
    const key = halves[2 * start + 1]!
    let end = start + 1
    while (end < task.end && halves[2 * end + 1] === key) end++
    for (let i = start; i < end; i++) {
      for (let j = i + 1; j < end; j++) {
        const a = halves[2 * i]!
        const b = halves[2 * j]!
        if (a !== b && isFirst(rules, task.rule, key, a, b)) visit(a, b)
      }
    }
    start = end
  }
}

function isFirst(rules: readonly RuleKeys[], rule: number, key: number, a: number, b: number): boolean {
  for (let earlier = 0; earlier < rule; earlier++) if (sharedKey(rules[earlier]!, a, b) !== 0) return false
  return sharedKey(rules[rule]!, a, b) === key
}
