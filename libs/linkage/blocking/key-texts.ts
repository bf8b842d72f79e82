import type { Value } from '../fields/field-type.ts'
import type { Model } from '../model/model.ts'
import { partKey } from '../table/field-parts.ts'
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
  const textsOf = partTextsOf(model, table, record)
  return model.blocking.flatMap(({ name, keys }) => {
    let combined = ['']
    keys.forEach(({ field, part }, position) => {
      const texts = textsOf(field, part)
      combined = combined.flatMap((start) =>
        texts.map((text) => (position === 0 ? text : start + BETWEEN_PARTS + text)),
      )
    })
    return [...new Set(combined)].sort().map((text) => ({ rule: name, text }))
  })
}

/** The record's exclusive value (such as a valid resident id) in plain text, undefined when it has none. */
export function exclusiveText(model: Model, table: Table, record: number): string | undefined {
  const textsOf = partTextsOf(model, table, record)
  return model.exclusive.flatMap(({ field, part }) => textsOf(field, part))[0]
}

/** The texts of any part of any field of a record; each value is read, and each part made, once. */
function partTextsOf(model: Model, table: Table, record: number): (field: string, part: string) => readonly string[] {
  const read = new Map<string, readonly Value[]>()
  const texts = new Map<string, readonly string[]>()
  return (field, part) => {
    const key = partKey(field, part)
    const known = texts.get(key)
    if (known) return known
    const { type, pool, offsets, values } = table.columns[model.fields.findIndex(({ name }) => name === field)]!
    let own = read.get(field)
    if (!own) {
      own = Array.from(values.subarray(offsets[record]!, offsets[record + 1]!), (value) => type.read(pool.get(value)))
      read.set(field, own)
    }
    const made = own.flatMap((value) => type.part(part, value) ?? [])
    texts.set(key, made)
    return made
  }
}
