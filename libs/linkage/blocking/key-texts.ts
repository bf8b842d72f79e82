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
  const { rules, parts } = partsInUse(model)
  const textsOf = partTextsOf(parts, table, record)
  return rules.flatMap(({ name, keys }) => combinations(keys.map(textsOf)).map((text) => ({ rule: name, text })))
}

/** The record's exclusive value (such as a valid resident id) in plain text, undefined when it has none. */
export function exclusiveText(model: Model, table: Table, record: number): string | undefined {
  const { exclusive, parts } = partsInUse(model)
  return exclusive.flatMap(partTextsOf(parts, table, record))[0]
}

/** Every way to take one text of each list, joined; distinct and sorted. */
function combinations(lists: readonly (readonly string[])[]): readonly string[] {
  let combined = lists[0]!
  for (const texts of lists.slice(1)) {
    combined = combined.flatMap((start) => texts.map((text) => start + BETWEEN_PARTS + text))
  }
  return combined.length < 2 ? combined : [...new Set(combined)].sort()
}

/** A part of a field, by the field's number. */
interface PartInUse {
  readonly field: number
  readonly part: string
}

/** Distinct parts that a model makes keys and exclusive values of, and by their numbers what these consist of. */
interface PartsInUse {
  readonly parts: readonly PartInUse[]
  readonly rules: readonly { readonly name: string; readonly keys: readonly number[] }[]
  readonly exclusive: readonly number[]
}

const inUseByModel = new WeakMap<Model, PartsInUse>()

/** Found once per model, since a service keys a handful of records at a time. */
function partsInUse(model: Model): PartsInUse {
  const known = inUseByModel.get(model)
  if (known) return known
  const numbers = new Map<string, number>()
  const parts: PartInUse[] = []
  const numberOf = ({ field, part }: { readonly field: string; readonly part: string }) => {
    const key = partKey(field, part)
    let number = numbers.get(key)
    if (number === undefined) {
      number = parts.push({ field: model.fields.findIndex(({ name }) => name === field), part }) - 1
      numbers.set(key, number)
    }
    return number
  }
  const rules = model.blocking.map(({ name, keys }) => ({ name, keys: keys.map(numberOf) }))
  const inUse = { parts, rules, exclusive: model.exclusive.map(numberOf) }
  inUseByModel.set(model, inUse)
  return inUse
}

/** The texts of any part of a record, by its number; each value is read, and each part made, once. */
function partTextsOf(parts: readonly PartInUse[], table: Table, record: number): (number: number) => readonly string[] {
  const read: Value[][] = []
  const made: (readonly string[])[] = []
  return (number) => {
    const known = made[number]
    if (known) return known
    const { field, part } = parts[number]!
    const { type, pool, offsets, values } = table.columns[field]!
    let own = read[field]
    if (!own) {
      own = []
      for (let i = offsets[record]!; i < offsets[record + 1]!; i++) own.push(type.read(pool.get(values[i]!)))
      read[field] = own
    }
    const texts = own.length === 1 ? type.part(part, own[0]!)! : own.flatMap((value) => type.part(part, value)!)
    made[number] = texts
    return texts
  }
}
