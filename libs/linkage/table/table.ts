import type { FieldType } from '../fields/field-type.ts'
import { fieldType } from '../fields/vocabulary.ts'
import { shared } from '../memory/flat-memory.ts'
import { type SharedPool, StringPool } from '../memory/string-pool.ts'
import type { Model } from '../model/model.ts'

/** The hashed texts of one part of a field: value v has `hashes[offsets[v]] … hashes[offsets[v + 1] - 1]`. */
export interface PartIndex {
  readonly offsets: Int32Array
  readonly hashes: Uint32Array
}

/** The values of one field of all records: record r has `values[offsets[r]] … values[offsets[r + 1] - 1]`. */
export interface Column {
  readonly type: FieldType
  readonly pool: StringPool
  readonly offsets: Int32Array
  readonly values: Int32Array
  /** The parts that blocking, frequencies, hubs and exclusive fields of the model use. */
  readonly parts: ReadonlyMap<string, PartIndex>
}

/** Records by column. Positions in the table are not identities: everything that must be stable uses `id(position)`. */
export interface Table {
  readonly size: number
  readonly ids: StringPool
  readonly columns: readonly Column[]
}

/** A table's flat memory, as sent between threads. */
export interface SharedTable {
  readonly size: number
  readonly ids: SharedPool
  readonly columns: readonly SharedColumn[]
}

/** A {@link Column} as sent between threads; its type is the model's. */
export interface SharedColumn extends Pick<Column, 'offsets' | 'values' | 'parts'> {
  readonly pool: SharedPool
}

/** The table in shared memory. */
export function shareTable(table: Table): SharedTable {
  return {
    size: table.size,
    ids: table.ids.share(),
    columns: table.columns.map(({ pool, offsets, values, parts }) => ({
      pool: pool.share(),
      offsets: shared(Int32Array, offsets),
      values: shared(Int32Array, values),
      parts: new Map([...parts].map(([name, part]) => [name, sharePart(part)])),
    })),
  }
}

function sharePart({ offsets, hashes }: PartIndex): PartIndex {
  return { offsets: shared(Int32Array, offsets), hashes: shared(Uint32Array, hashes) }
}

/** The inverse of {@link shareTable}. */
export function tableFromShared(model: Model, memory: SharedTable): Table {
  return {
    size: memory.size,
    ids: StringPool.fromShared(memory.ids),
    columns: memory.columns.map(({ pool, ...column }, field) => ({
      ...column,
      type: fieldType(model.fields[field]!.type),
      pool: StringPool.fromShared(pool),
    })),
  }
}
