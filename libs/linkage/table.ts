import type { FieldType, Value } from './field-type.ts'
import { fieldType, type Model } from './model.ts'
import { grown, type SharedPool, StringPool, shared } from './string-pool.ts'

/** The values of one field of all records: record r has `values[offsets[r]] … values[offsets[r + 1] - 1]`. */
export interface Column {
  readonly type: FieldType
  readonly pool: StringPool
  readonly offsets: Int32Array
  readonly values: Int32Array
}

/** Records by column. Positions in the table are not identities: everything that must be stable uses `id(position)`. */
export interface Table {
  readonly size: number
  readonly ids: StringPool
  readonly columns: readonly Column[]
}

/** A table's flat memory, as sent to worker threads. */
export interface SharedTable {
  readonly size: number
  readonly ids: SharedPool
  readonly columns: readonly { pool: SharedPool; offsets: Int32Array; values: Int32Array }[]
}

/** A record id came twice. */
export class DuplicateRecord extends Error {
  override name = 'DuplicateRecord'

  constructor(readonly id: string) {
    super(`Two records have the id "${id}"`)
  }
}

/** Collects records into a {@link Table}. */
export class TableBuilder {
  private readonly ids = new StringPool()
  private readonly columns
  private size = 0

  constructor(model: Model) {
    this.columns = model.fields.map((field) => ({
      field,
      type: fieldType(field.type),
      source: field.columns ?? [field.name],
      pool: new StringPool(),
      offsets: new Int32Array(256),
      values: new Int32Array(256),
    }))
  }

  /**
   * Adds a record; `cell` gives the raw text of a column, '' when there is none.
   * @throws DuplicateRecord when the id was added before.
   */
  add(id: string, cell: (column: string) => string): void {
    if (this.ids.add(id) !== this.size) throw new DuplicateRecord(id)
    this.size++
    for (const column of this.columns) {
      if (this.size === column.offsets.length) column.offsets = grown(Int32Array, column.offsets)
      let end = column.offsets[this.size - 1]!
      const start = end
      const raw = column.source.length === 1 ? cell(column.source[0]!) : column.source.map(cell).join('|')
      if (raw !== '') {
        const { companion, separator } = column.field
        const beside = companion ? cell(companion) : ''
        const split = separator !== undefined && raw.includes(separator)
        const texts = split ? raw.split(separator) : [raw]
        const companions = separator !== undefined && beside.includes(separator) ? beside.split(separator) : [beside]
        for (let i = 0; i < texts.length; i++) {
          const text = column.type.normalise(texts[i]!, companions[i] ?? companions[0]!)
          if (text === '') continue
          const value = column.pool.add(text)
          if (column.values.subarray(start, end).includes(value)) continue
          if (end === column.values.length) column.values = grown(Int32Array, column.values)
          column.values[end++] = value
        }
      }
      column.offsets[this.size] = end
    }
  }

  build(): Table {
    return {
      size: this.size,
      ids: this.ids,
      columns: this.columns.map(({ type, pool, offsets, values }) => ({
        type,
        pool,
        offsets: offsets.subarray(0, this.size + 1),
        values: values.subarray(0, offsets[this.size]!),
      })),
    }
  }
}

/** A table of plain rows (column → text); for a handful of records, such as one component. */
export function tableOf(model: Model, rows: readonly Readonly<Record<string, string | undefined>>[]): Table {
  const builder = new TableBuilder(model)
  for (const row of rows) builder.add(row[model.idColumn] ?? '', (column) => row[column] ?? '')
  return builder.build()
}

export function shareTable(table: Table): SharedTable {
  return {
    size: table.size,
    ids: table.ids.share(),
    columns: table.columns.map((column) => ({
      pool: column.pool.share(),
      offsets: shared(Int32Array, column.offsets as Int32Array<ArrayBuffer>),
      values: shared(Int32Array, column.values as Int32Array<ArrayBuffer>),
    })),
  }
}

export function tableFromShared(model: Model, memory: SharedTable): Table {
  return {
    size: memory.size,
    ids: StringPool.fromShared(memory.ids),
    columns: memory.columns.map((column, index) => ({
      type: fieldType(model.fields[index]!.type),
      pool: StringPool.fromShared(column.pool),
      offsets: column.offsets,
      values: column.values,
    })),
  }
}

const CACHE_SLOTS = 1 << 18

/** Reads values of a column, keeping recent ones so that memory stays bounded however many distinct texts there are. */
export class ValueReader {
  private readonly mask: number
  private readonly held: Int32Array
  private readonly cached: Value[] = []

  constructor(private readonly column: Column) {
    let slots = 16
    while (slots < column.pool.size && slots < CACHE_SLOTS) slots *= 2
    this.mask = slots - 1
    this.held = new Int32Array(slots).fill(-1)
  }

  read(id: number): Value {
    const slot = id & this.mask
    if (this.held[slot] === id) return this.cached[slot]!
    const value = this.column.type.read(this.column.pool.get(id))
    this.held[slot] = id
    this.cached[slot] = value
    return value
  }
}
