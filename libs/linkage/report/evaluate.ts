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

/** Compares two labellings of the same records (equal label: same cluster). Keeps 24 bytes a record, so millions fit. */
export function evaluate(found: ArrayLike<number | string>, truth: ArrayLike<number | string>): Evaluation {
  const clusters = numbered(found)
  const people = numbered(truth)
  let both = 0
  let precision = 0
  let recall = 0
  forEachOverlap(clusters.labels, people.labels, people.sizes.length, (cluster, person, size) => {
    both += pairs(size)
    precision += size ** 2 / clusters.sizes[cluster]!
    recall += size ** 2 / people.sizes[person]!
  })
  const foundPairs = sum(clusters.sizes)
  const truePairs = sum(people.sizes)
  const records = found.length
  return {
    records,
    truePairs,
    foundPairs,
    ...harmonic(ratio(both, foundPairs), ratio(both, truePairs)),
    bCubed: harmonic(ratio(precision, records), ratio(recall, records)),
    largestClusters: sizeTail(clusters.sizes, people.sizes),
  }
}

/** Labels as numbers from 0 in order of appearance, and how many records have each. */
function numbered(labels: ArrayLike<number | string>): { labels: Int32Array; sizes: number[] } {
  const numbers = new Map<number | string, number>()
  const sizes: number[] = []
  const result = new Int32Array(labels.length)
  for (let i = 0; i < labels.length; i++) {
    let number = numbers.get(labels[i]!)
    if (number === undefined) {
      number = numbers.size
      numbers.set(labels[i]!, number)
      sizes.push(0)
    }
    result[i] = number
    sizes[number]!++
  }
  return { labels: result, sizes }
}

/** Calls `visit` once for every cluster and person that share records, with their number. */
function forEachOverlap(
  clusters: Int32Array,
  people: Int32Array,
  peopleCount: number,
  visit: (cluster: number, person: number, size: number) => void,
): void {
  const both = Float64Array.from(clusters, (cluster, i) => cluster * peopleCount + people[i]!).sort()
  for (let start = 0; start < both.length; ) {
    let end = start + 1
    while (both[end] === both[start]) end++
    visit(Math.floor(both[start]! / peopleCount), both[start]! % peopleCount, end - start)
    start = end
  }
}

function pairs(size: number): number {
  return (size * (size - 1)) / 2
}

function sum(sizes: readonly number[]): number {
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

function sizeTail(found: readonly number[], truth: readonly number[]) {
  const [foundCounts, trueCounts] = [countSizes(found), countSizes(truth)]
  return [...new Set([...foundCounts.keys(), ...trueCounts.keys()])]
    .sort((a, b) => b - a)
    .slice(0, 10)
    .map((size) => ({ size, clusters: foundCounts.get(size) ?? 0, trueClusters: trueCounts.get(size) ?? 0 }))
}

function countSizes(sizes: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>()
  for (const size of sizes) counts.set(size, (counts.get(size) ?? 0) + 1)
  return counts
}
