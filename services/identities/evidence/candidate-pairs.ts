import type { FoundRecord, KeyedRecord } from '../records/record-store.ts'

/** Two records to be compared; `lo` < `hi`. */
export interface Pair {
  readonly lo: string
  readonly hi: string
  readonly keys: readonly string[]
}

/** Keys above their limit, each with one record that has it. */
export interface Overfull {
  readonly key: string
  readonly example: string
}

/**
 * Every pair of a seed and another record that share a key, once; pure. Keys under which more records were found than
 * `limitOf` allows make no pairs and are told.
 */
export function candidatePairs(
  seeds: readonly KeyedRecord[],
  found: readonly FoundRecord[],
  limitOf: (key: string) => number,
): { pairs: Pair[]; overfull: Overfull[] } {
  const underKey = new Map<string, string[]>()
  for (const { content, keys } of found) {
    for (const key of keys) {
      const others = underKey.get(key)
      if (others) others.push(content.id)
      else underKey.set(key, [content.id])
    }
  }
  const overfull = [...underKey]
    .filter(([key, records]) => records.length > limitOf(key))
    .map(([key, records]) => ({ key, example: records[0]! }))
  for (const { key } of overfull) underKey.delete(key)
  const pairs = new Map<string, { lo: string; hi: string; keys: string[] }>()
  for (const { content, keys } of seeds) {
    for (const { key } of keys) {
      for (const other of underKey.get(key) ?? []) {
        if (other === content.id) continue
        const [lo, hi] = content.id < other ? [content.id, other] : [other, content.id]
        const pair = pairs.get(lo + hi)
        if (!pair) pairs.set(lo + hi, { lo, hi, keys: [key] })
        else if (!pair.keys.includes(key)) pair.keys.push(key)
      }
    }
  }
  return { pairs: [...pairs.values()], overfull }
}
