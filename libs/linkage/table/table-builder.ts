import type { FieldType } from '../fields/field-type.ts'
import { fieldType } from '../fields/vocabulary.ts'
import { FEW, NumberList } from '../memory/flat-memory.ts'
import { hashText } from '../memory/hash.ts'
import { StringPool } from '../memory/string-pool.ts'
import type { Model } from '../model/model.ts'
import { partKey } from './field-parts.ts'
import type { Column, Table } from './table.ts'

/** A record id came twice. */
export class DuplicateRecord extends Error {
  override name = 'DuplicateRecord'

  constructor(readonly id: string) {
    super(`Two records have the id "${id}"`)
  }
}

/**
 * What a table is for, which says what of its values is hashed: for `weights` what the model has frozen of frequencies and hubs, or
 * what hubs are found by; for `linking` all that is counted or blocked by. The texts of keys need no hash.
 */
export type TablePurpose = 'weights' | 'linking'

/** Collects records into a {@link Table}. */
export class TableBuilder {
  private readonly ids = new StringPool()
  private readonly columns: readonly ColumnBuilder[]
  private size = 0

  constructor(model: Model, purpose: TablePurpose = 'linking') {
    const parts = partsOf(model)[purpose]
    this.columns = model.fields.map((field, at) => new ColumnBuilder(field, parts[at]!))
  }

  /**
   * Adds a record; `cell` gives the raw text of a column, '' when there is none.
   * @throws DuplicateRecord when the id was added before.
   */
  add(id: string, cell: (column: string) => string): void {
    if (this.ids.add(id) !== this.size) throw new DuplicateRecord(id)
    this.size++
    for (const column of this.columns) column.add(cell)
  }

  build(): Table {
    return { size: this.size, ids: this.ids, columns: this.columns.map((column) => column.build()) }
  }
}

/** Names of parts, by field. */
type Parts = readonly (readonly string[])[]

const partsByModel = new WeakMap<Model, Record<TablePurpose, Parts>>()

/** The parts that a model needs hashed; found once per model, since a service makes many small tables. */
function partsOf(model: Model): Record<TablePurpose, Parts> {
  const known = partsByModel.get(model)
  if (known) return known
  const frequencies = model.comparisons.flatMap(({ field: name, levels }) =>
    levels.flatMap(({ tf }) => (tf ? [{ field: name, part: tf.part }] : [])),
  )
  const hubs = model.hubs.flatMap((hub) => [hub, hub.by])
  const weights = [...(model.frequencies ? frequencies : []), ...(model.hubValues ? hubsWithValues(model) : hubs)]
  const linking = [...model.blocking.flatMap((rule) => rule.keys), ...model.exclusive, ...frequencies, ...hubs]
  const byField = (needed: readonly { readonly field: string; readonly part: string }[]) =>
    model.fields.map(({ name }) => [...new Set(needed.filter(({ field }) => field === name).map(({ part }) => part))])
  const parts = { weights: byField(weights), linking: byField(linking) }
  partsByModel.set(model, parts)
  return parts
}

/** The hub rules of which the model's epoch has frozen values. */
function hubsWithValues({ hubs, hubValues = {} }: Model): Model['hubs'] {
  return hubs.filter(({ field, part }) => (hubValues[partKey(field, part)] ?? []).length > 0)
}

/** Cells of a column that are remembered at most. */
const RECENT = 1 << 12

/** Collects the values of one field. */
class ColumnBuilder {
  private readonly type: FieldType
  private readonly source: readonly string[]
  private readonly pool = new StringPool()
  private readonly offsets = new NumberList()
  private readonly values = new NumberList()
  private readonly parts: readonly { name: string; offsets: NumberList; hashes: NumberList }[]
  /** Recently read cells and their value (-1: says nothing), since columns such as places repeat themselves. */
  private recentCells: string[] = []
  private recentValues = new Int32Array(FEW)
  private rowStart = 0

  constructor(
    private readonly field: Model['fields'][number],
    parts: readonly string[],
  ) {
    this.type = fieldType(field.type)
    this.source = field.columns ?? [field.name]
    this.offsets.push(0)
    this.parts = parts.map((name) => ({ name, offsets: new NumberList(), hashes: new NumberList() }))
    for (const part of this.parts) part.offsets.push(0)
  }

  add(cell: (column: string) => string): void {
    const raw = this.source.length === 1 ? cell(this.source[0]!) : this.source.map(cell).join('|')
    this.rowStart = this.values.length
    if (raw !== '') {
      const { companion, separator } = this.field
      const beside = companion ? cell(companion) : ''
      if (separator !== undefined && raw.includes(separator)) {
        const companions = beside.split(separator)
        raw.split(separator).forEach((text, i) => {
          this.addValue(text, companions[i] ?? companions[0]!)
        })
      } else this.addValue(raw, beside)
    }
    this.offsets.push(this.values.length)
  }

  build(): Column {
    return {
      type: this.type,
      pool: this.pool,
      offsets: this.offsets.view(),
      values: this.values.view(),
      parts: new Map(
        this.parts.map(({ name, offsets, hashes }) => [name, { offsets: offsets.view(), hashes: hashes.unsigned() }]),
      ),
    }
  }

  private addValue(raw: string, companion: string): void {
    // Joined also when there is no companion: a copy, which does not keep the text of the file alive.
    const cell = raw + '\u0000' + companion
    if (this.pool.size > this.recentValues.length && this.recentValues.length < RECENT) this.rememberMore()
    const slot = hashText(cell) & (this.recentValues.length - 1)
    if (this.recentCells[slot] !== cell) {
      this.recentCells[slot] = cell
      this.recentValues[slot] = this.valueOf(this.type.normalise(raw, companion))
    }
    const value = this.recentValues[slot]!
    if (value >= 0 && !this.values.includes(value, this.rowStart)) this.values.push(value)
  }

  private rememberMore(): void {
    this.recentCells = []
    this.recentValues = new Int32Array(2 * this.recentValues.length)
  }

  private valueOf(text: string): number {
    if (text === '') return -1
    const known = this.pool.size
    const id = this.pool.add(text)
    if (id === known && this.parts.length > 0) {
      const value = this.type.read(text)
      for (const { name, offsets, hashes } of this.parts) {
        for (const part of this.type.part(name, value)!) hashes.push(hashText(part) | 0)
        offsets.push(hashes.length)
      }
    }
    return id
  }
}

/** A table of plain rows (column → text); for a handful of records, such as one component. */
export function tableOf(
  model: Model,
  rows: readonly Readonly<Record<string, string | undefined>>[],
  purpose: TablePurpose = 'linking',
): Table {
  const builder = new TableBuilder(model, purpose)
  for (const row of rows) builder.add(row[model.idColumn] ?? '', (column) => row[column] ?? '')
  return builder.build()
}
