/** One rule's keys: record r has `keys[offsets[r]] …`, sorted; and all of them in order, by key, then record. */
export interface RuleKeys {
  readonly offsets: Int32Array
  readonly keys: Uint32Array
  /** key << 32 | record, sorted, only keys that at least two records share. */
  readonly sorted: BigUint64Array
}

/** Sorted keys as 32-bit numbers: at 2i the record, at 2i + 1 its key. The same memory. */
export function halvesOf(sorted: BigUint64Array): Uint32Array {
  return new Uint32Array(sorted.buffer, sorted.byteOffset, sorted.length * 2)
}

/** Visits the blocks, which are runs of one key, in a stretch of sorted keys (see {@link halvesOf}): `start` to before `end`. */
export function forEachBlock(
  halves: Uint32Array,
  from: number,
  to: number,
  visit: (start: number, end: number) => void,
): void {
  for (let start = from; start < to; ) {
    const key = halves[2 * start + 1]
    let end = start + 1
    while (end < to && halves[2 * end + 1] === key) end++
    visit(start, end)
    start = end
  }
}

/** How many pairs a block of so many records has. */
export function pairsIn(size: number): number {
  return (size * (size - 1)) / 2
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
