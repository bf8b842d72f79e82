import { NumberList, shared } from '../memory/flat-memory.ts'
import { combineHashes } from '../memory/hash.ts'
import { forEachBlock, halvesOf, pairsIn, type RuleKeys } from './rule-keys.ts'

/** One part of a field, as a rule reads it: record → values → hashes. */
export interface KeySource {
  readonly offsets: Int32Array
  readonly values: Int32Array
  readonly partOffsets: Int32Array
  readonly hashes: Uint32Array
  /** 1 for values that give no key. */
  readonly hubs: Uint8Array | undefined
}

/** One rule to block by: a record's keys are the combinations of what the sources have. */
export interface RuleJob {
  readonly sources: readonly KeySource[]
  readonly limit: number
}

/** What came of a {@link RuleJob}. */
export interface BlockedRule extends RuleKeys {
  readonly blocks: number
  /** Pairs in its blocks, including those that another rule also finds. */
  readonly pairs: number
  readonly largest: number
  /** Blocks above the limit: how many records, and one of them. */
  readonly dropped: readonly { readonly records: number; readonly example: number }[]
}

/** Derives the keys of every record and sorts them. Blocks above the limit lose theirs. */
export function blockRule({ sources, limit }: RuleJob): BlockedRule {
  const { offsets, keys } = deriveKeys(sources)
  const sorted = sortKeys(offsets, keys)
  const dropped: BlockedRule['dropped'][number][] = []
  const { length, ...found } = keepBlocks(sorted, limit, (large) => {
    for (const record of large.records) removeKey(offsets, keys, record, large.key)
    dropped.push({ records: large.records.length, example: large.records[0]! })
  })
  return { offsets, keys, sorted: sorted.subarray(0, length), ...found, dropped }
}

function deriveKeys(sources: readonly KeySource[]) {
  const size = sources[0]!.offsets.length - 1
  const offsets = new Int32Array(new SharedArrayBuffer(4 * (size + 1)))
  const keys = new NumberList()
  let combined: number[] = []
  let next: number[] = []
  for (let record = 0; record < size; record++) {
    sources.forEach((source, position) => {
      next.length = 0
      if (position === 0) addHashes(source, record, next)
      else if (combined.length > 0) addCombinations(source, record, combined, next)
      ;[combined, next] = [next, combined]
    })
    if (combined.length === 1) keys.push(combined[0]!)
    else if (combined.length > 1) for (const key of [...new Set(combined)].sort((a, b) => a - b)) keys.push(key)
    offsets[record + 1] = keys.length
  }
  return { offsets, keys: shared(Uint32Array, keys.unsigned()) }
}

function addHashes({ offsets, values, partOffsets, hashes, hubs }: KeySource, record: number, into: number[]): void {
  for (let i = offsets[record]!; i < offsets[record + 1]!; i++) {
    const value = values[i]!
    if (hubs?.[value] === 1) continue
    for (let j = partOffsets[value]!; j < partOffsets[value + 1]!; j++) into.push(hashes[j]!)
  }
}

function addCombinations(source: KeySource, record: number, starts: readonly number[], into: number[]): void {
  const hashes: number[] = []
  addHashes(source, record, hashes)
  for (const hash of hashes) for (const start of starts) into.push(combineHashes(start, hash))
}

function sortKeys(offsets: Int32Array, keys: Uint32Array): BigUint64Array {
  const sorted = new BigUint64Array(new SharedArrayBuffer(8 * keys.length))
  const halves = halvesOf(sorted)
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
  const halves = halvesOf(sorted)
  let length = 0
  let blocks = 0
  let pairs = 0
  let largest = 0
  forEachBlock(halves, 0, sorted.length, (start, end) => {
    const size = end - start
    if (size > limit) {
      const records = Array.from({ length: size }, (_, i) => halves[2 * (start + i)]!)
      drop({ key: halves[2 * start + 1]!, records })
    } else if (size > 1) {
      sorted.copyWithin(length, start, end)
      length += size
      blocks++
      pairs += pairsIn(size)
      largest = Math.max(largest, size)
    }
  })
  return { length, blocks, pairs, largest }
}

function removeKey(offsets: Int32Array, keys: Uint32Array, record: number, key: number): void {
  for (let i = offsets[record]!; i < offsets[record + 1]!; i++) if (keys[i] === key) keys[i] = 0
}
