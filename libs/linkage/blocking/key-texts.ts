import type { Model } from '../model/model.ts'
import type { Table } from '../table/table.ts'

/** A blocking key in plain text, to be blinded by whoever stores it. */
export interface KeyText {
  readonly rule: string
  readonly text: string
}

const BETWEEN_PARTS = '\u001f'

/**
 * The blocking keys of one record as text: two records share one under a rule exactly if an offline run would compare them by
 * that rule (hubs and block limits aside, which need all records).
 */
export function keyTexts(model: Model, table: Table, record: number): KeyText[] {
  return model.blocking.flatMap(({ name, keys }) => {
    let combined = ['']
    keys.forEach(({ field, part }, position) => {
      const texts = partTexts(model, table, record, field, part)
      combined = combined.flatMap((start) =>
        texts.map((text) => (position === 0 ? text : start + BETWEEN_PARTS + text)),
      )
    })
    return [...new Set(combined)].sort().map((text) => ({ rule: name, text }))
  })
}

/** The record's exclusive value (such as a valid resident id) in plain text, undefined when it has none. */
export function exclusiveText(model: Model, table: Table, record: number): string | undefined {
  return model.exclusive.flatMap(({ field, part }) => partTexts(model, table, record, field, part))[0]
}

function partTexts(model: Model, table: Table, record: number, field: string, part: string): string[] {
  const { type, pool, offsets, values } = table.columns[model.fields.findIndex(({ name }) => name === field)]!
  return [...values.subarray(offsets[record]!, offsets[record + 1]!)].flatMap(
    (value) => type.part(part, type.read(pool.get(value))) ?? [],
  )
}
