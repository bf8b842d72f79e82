import { NumberList, shared } from '../memory/flat-memory.ts'
import { StringPool } from '../memory/string-pool.ts'
import type { Model } from '../model/model.ts'
import { type PartIndex, type SharedColumn, type SharedTable, type Table, tableFromShared } from './table.ts'

/**
 * The work of appending tables to one another, as if their records had been read one after the other, for threads to share:
 * first the ids, as a column without values, then each column.
 */
export function mergeJobs(tables: readonly SharedTable[]): (readonly SharedColumn[])[] {
  const ids = tables.map((table) => ({
    pool: table.ids,
    offsets: new Int32Array(1),
    values: new Int32Array(0),
    parts: new Map(),
  }))
  return [ids, ...tables[0]!.columns.map((_, field) => tables.map(({ columns }) => columns[field]!))]
}

/** Puts together what {@link mergeColumns} made of the jobs of {@link mergeJobs}; undefined if an id comes twice. */
export function tableFromMerged(
  model: Model,
  tables: readonly SharedTable[],
  [ids, ...columns]: readonly SharedColumn[],
): Table | undefined {
  const size = tables.reduce((sum, table) => sum + table.size, 0)
  return ids!.pool.ends.length < size ? undefined : tableFromShared(model, { size, ids: ids!.pool, columns })
}

/** Appends columns to one another. A value keeps the number that it would have had if all had been read in one go. */
export function mergeColumns(columns: readonly SharedColumn[]): SharedColumn {
  const [first, ...others] = columns
  if (others.length === 0) return first!
  const pool = StringPool.fromShared(first!.pool)
  const numbers = others.map((column) => {
    const known = StringPool.fromShared(column.pool)
    return Int32Array.from({ length: known.size }, (_, value) => pool.addFrom(known, value))
  })
  return {
    pool: pool.share(),
    offsets: appendOffsets(columns),
    values: appendValues(columns, numbers),
    parts: new Map([...first!.parts.keys()].map((name) => [name, appendParts(columns, name, numbers)])),
  }
}

function appendOffsets(columns: readonly SharedColumn[]): Int32Array {
  const length = 1 + columns.reduce((sum, { offsets }) => sum + offsets.length - 1, 0)
  const all = shared(Int32Array, new Int32Array(length))
  let row = 0
  let start = 0
  for (const { offsets, values } of columns) {
    for (let i = 1; i < offsets.length; i++) all[++row] = start + offsets[i]!
    start += values.length
  }
  return all
}

function appendValues(columns: readonly SharedColumn[], numbers: readonly Int32Array[]): Int32Array {
  const all = shared(Int32Array, new Int32Array(columns.reduce((sum, { values }) => sum + values.length, 0)))
  all.set(columns[0]!.values)
  let at = columns[0]!.values.length
  numbers.forEach((numberOf, k) => {
    for (const value of columns[k + 1]!.values) all[at++] = numberOf[value]!
  })
  return all
}

/** The hashes of the values that are new, in the order of their numbers. */
function appendParts(columns: readonly SharedColumn[], part: string, numbers: readonly Int32Array[]): PartIndex {
  const first = columns[0]!.parts.get(part)!
  const offsets = NumberList.from(first.offsets)
  const hashes = NumberList.from(first.hashes)
  numbers.forEach((numberOf, k) => {
    const from = columns[k + 1]!.parts.get(part)!
    for (let value = 0; value < numberOf.length; value++) {
      if (numberOf[value] !== offsets.length - 1) continue
      for (let i = from.offsets[value]!; i < from.offsets[value + 1]!; i++) hashes.push(from.hashes[i]!)
      offsets.push(hashes.length)
    }
  })
  return { offsets: shared(Int32Array, offsets.view()), hashes: shared(Uint32Array, hashes.unsigned()) }
}
