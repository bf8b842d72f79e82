import { hashText } from './hash.ts'
import type { Model } from './model.ts'
import type { Column, Table } from './table.ts'

/** The hashed texts of one part of a field: value v has `hashes[offsets[v]] … hashes[offsets[v + 1] - 1]`. */
export interface PartIndex {
  readonly column: Column
  readonly part: string
  readonly offsets: Int32Array
  readonly hashes: Uint32Array
}

export type PartIndexes = ReadonlyMap<string, PartIndex>

export function partKey(field: string, part: string): string {
  return field + '.' + part
}

/** Cuts every distinct value once into the parts that blocking, frequencies, hubs and exclusive fields need. */
export function indexParts(model: Model, table: Table): PartIndexes {
  const needed = [
    ...model.blocking.flatMap((rule) => rule.keys),
    ...model.exclusive,
    ...model.hubs.flatMap((hub) => [hub, hub.by]),
    ...model.comparisons.flatMap(({ field, levels }) =>
      levels.flatMap(({ tf }) => (tf ? [{ field, part: tf.part }] : [])),
    ),
  ]
  const indexes = new Map<string, PartIndex>()
  for (const { field, part } of needed) {
    const key = partKey(field, part)
    if (indexes.has(key)) continue
    const column = table.columns[model.fields.findIndex(({ name }) => name === field)]!
    indexes.set(key, indexPart(column, part))
  }
  return indexes
}

function indexPart(column: Column, part: string): PartIndex {
  const { pool, type } = column
  const offsets = new Int32Array(pool.size + 1)
  let hashes = new Uint32Array(pool.size + 16)
  let end = 0
  for (let value = 0; value < pool.size; value++) {
    for (const text of type.part(part, type.read(pool.get(value))) ?? []) {
      if (end === hashes.length) {
        const bigger = new Uint32Array(hashes.length * 2)
        bigger.set(hashes)
        hashes = bigger
      }
      hashes[end++] = hashText(text)
    }
    offsets[value + 1] = end
  }
  return { column, part, offsets, hashes: hashes.subarray(0, end) }
}

/** Calls `visit` with each hash that a record has for a part; the same hash may come from two values. */
export function forEachHash(index: PartIndex, record: number, visit: (hash: number, value: number) => void): void {
  const { offsets, values } = index.column
  for (let i = offsets[record]!; i < offsets[record + 1]!; i++) {
    const value = values[i]!
    for (let j = index.offsets[value]!; j < index.offsets[value + 1]!; j++) visit(index.hashes[j]!, value)
  }
}
