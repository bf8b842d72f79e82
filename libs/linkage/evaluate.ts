/** Agreement of a clustering with the truth. Pairs are unordered pairs of records. */
export interface Evaluation {
  readonly records: number
  readonly truePairs: number
  readonly foundPairs: number
  readonly precision: number
  readonly recall: number
  readonly f1: number
  /** B³ (Bagga and Baldwin 1998): precision and recall per record, averaged, and their harmonic mean. */
  readonly bCubed: { readonly precision: number; readonly recall: number; readonly f1: number }
  /** How many clusters have each size, largest size first, at most ten. */
  readonly largestClusters: readonly { size: number; clusters: number; trueClusters: number }[]
}

/** Compares two labellings of the same records (equal label: same cluster). */
export function evaluate(found: ArrayLike<number | string>, truth: ArrayLike<number | string>): Evaluation {
  const foundSizes = new Map<number | string, number>()
  const trueSizes = new Map<number | string, number>()
  const overlaps = new Map<string, { size: number; found: number | string; truth: number | string }>()
  for (let i = 0; i < found.length; i++) {
    const [f, t] = [found[i]!, truth[i]!]
    foundSizes.set(f, (foundSizes.get(f) ?? 0) + 1)
    trueSizes.set(t, (trueSizes.get(t) ?? 0) + 1)
    const key = f + '\u0000' + t
    const overlap = overlaps.get(key)
    if (overlap) overlap.size++
    else overlaps.set(key, { size: 1, found: f, truth: t })
  }
  let both = 0
  let precision = 0
  let recall = 0
  for (const overlap of overlaps.values()) {
    both += pairs(overlap.size)
    precision += overlap.size ** 2 / foundSizes.get(overlap.found)!
    recall += overlap.size ** 2 / trueSizes.get(overlap.truth)!
  }
  const foundPairs = sum(foundSizes.values())
  const truePairs = sum(trueSizes.values())
  const records = found.length
  return {
    records,
    truePairs,
    foundPairs,
    ...harmonic(ratio(both, foundPairs), ratio(both, truePairs)),
    bCubed: harmonic(ratio(precision, records), ratio(recall, records)),
    largestClusters: sizeTail(foundSizes, trueSizes),
  }
}

function pairs(size: number): number {
  return (size * (size - 1)) / 2
}

function sum(sizes: Iterable<number>): number {
  let total = 0
  for (const size of sizes) total += pairs(size)
  return total
}

/** Nothing found among nothing is right: 1. */
function ratio(part: number, whole: number): number {
  return whole === 0 ? 1 : part / whole
}

function harmonic(precision: number, recall: number) {
  return { precision, recall, f1: precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall) }
}

function sizeTail(found: ReadonlyMap<unknown, number>, truth: ReadonlyMap<unknown, number>) {
  const [foundCounts, trueCounts] = [countSizes(found), countSizes(truth)]
  return [...new Set([...foundCounts.keys(), ...trueCounts.keys()])]
    .sort((a, b) => b - a)
    .slice(0, 10)
    .map((size) => ({ size, clusters: foundCounts.get(size) ?? 0, trueClusters: trueCounts.get(size) ?? 0 }))
}

function countSizes(sizes: ReadonlyMap<unknown, number>): Map<number, number> {
  const counts = new Map<number, number>()
  for (const size of sizes.values()) counts.set(size, (counts.get(size) ?? 0) + 1)
  return counts
}
