import type { Model } from '../model/model.ts'
import type { Column, PartIndex, Table } from './table.ts'

export function partKey(field: string, part: string): string {
  return field + '.' + part
}

/** A column and one of its parts. */
export interface FieldPart extends PartIndex {
  readonly column: Column
  readonly part: string
}

/**
 * Finds the hashed part of a field that the table was built with.
 * @throws {Error} when the table was built for a purpose that does without it
 */
export function fieldPart(model: Model, table: Table, field: string, part: string): FieldPart {
  const column = table.columns[model.fields.findIndex(({ name }) => name === field)]!
  const index = column.parts.get(part)
  if (!index) throw new Error(`the table does not know the part ${partKey(field, part)}`)
  return { column, part, ...index }
}

/** Calls `visit` with each hash that a record has for a part; the same hash may come from two values. */
export function forEachHash(index: FieldPart, record: number, visit: (hash: number, value: number) => void): void {
  const { offsets, values } = index.column
  for (let i = offsets[record]!; i < offsets[record + 1]!; i++) {
    const value = values[i]!
    for (let j = index.offsets[value]!; j < index.offsets[value + 1]!; j++) visit(index.hashes[j]!, value)
  }
}
