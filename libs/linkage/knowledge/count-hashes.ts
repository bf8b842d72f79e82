import { hashText } from '../memory/hash.ts'
import type { FieldPart } from '../table/field-parts.ts'

/** Counts the records of each hashed part, by sorting (hash, value); calls `visit` once per hash with all values that have it. */
export function countHashes(
  index: FieldPart,
  visit: (hash: number, count: number, values: readonly number[]) => void,
): void {
  const perValue = recordsPerValue(index.column)
  const sorted = new BigUint64Array(index.hashes.length)
  const halves = new Uint32Array(sorted.buffer)
  for (let value = 0; value < perValue.length; value++) {
    for (let i = index.offsets[value]!; i < index.offsets[value + 1]!; i++) {
      halves[2 * i] = value
      halves[2 * i + 1] = index.hashes[i]!
    }
  }
  sorted.sort()
  const values: number[] = []
  let count = 0
  for (let i = 0; i < sorted.length; i++) {
    values.push(halves[2 * i]!)
    count += perValue[halves[2 * i]!]!
    if (i + 1 < sorted.length && halves[2 * i + 3] === halves[2 * i + 1]) continue
    visit(halves[2 * i + 1]!, count, values)
    values.length = count = 0
  }
}

function recordsPerValue({ pool, values }: FieldPart['column']): Int32Array {
  const counts = new Int32Array(pool.size)
  for (const value of values) counts[value]!++
  return counts
}

/** The text of a value's part that has a hash. */
export function textOf({ column: { type, pool }, part }: FieldPart, value: number, hash: number): string {
  const texts = type.part(part, type.read(pool.get(value))) ?? []
  return texts.find((text) => hashText(text) === hash)!
}
