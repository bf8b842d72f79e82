import { hashText } from './hash.ts'
import type { Model } from './model.ts'
import { type FieldPart, fieldPart, forEachHash, partKey } from './parts.ts'
import type { Table } from './table.ts'

/** A value that many different people use. */
export interface Hub {
  readonly field: string
  readonly part: string
  readonly value: string
  readonly people: number
  readonly records: number
}

/** What an epoch knows besides m and u: how frequent values are, and which are hubs. Frozen while the epoch lasts. */
export interface Knowledge {
  readonly population: number
  /** log2 of the share of records, in milli-bits, by `field.part` and value number. */
  readonly frequencies: ReadonlyMap<string, Int32Array>
  /** 1 for hub values, by field and value number. */
  readonly hubFlags: ReadonlyMap<string, Uint8Array>
  readonly hubs: readonly Hub[]
}

/**
 * Takes frequencies and hubs from the model where its epoch froze them, else counts them in the table; with `count: false` (a
 * table that is no sample of the population) such levels keep their u.
 */
export function knowledgeOf(model: Model, table: Table, { count } = { count: true }): Knowledge {
  const population = model.frequencies?.population ?? model.prior.population ?? Math.max(2, table.size)
  const frequencies = new Map<string, Int32Array>()
  for (const { field, levels } of model.comparisons) {
    for (const { tf } of levels) {
      if (!tf) continue
      const key = partKey(field, tf.part)
      if (frequencies.has(key) || (!count && !model.frequencies)) continue
      const index = fieldPart(model, table, field, tf.part)
      frequencies.set(key, logShares(index, frozenCounts(model, key) ?? countHashes(index, table.size), population))
    }
  }
  const hubFlags = new Map<string, Uint8Array>()
  const hubs: Hub[] = []
  for (const rule of model.hubs) {
    const index = fieldPart(model, table, rule.field, rule.part)
    const frozen = model.hubValues?.[partKey(rule.field, rule.part)]
    const found = frozen
      ? new Map(frozen.map((value) => [hashText(value), { people: 0, records: 0 }]))
      : findHubs(index, fieldPart(model, table, rule.by.field, rule.by.part), table.size, rule.people)
    const flags = hubFlags.get(rule.field) ?? new Uint8Array(index.column.pool.size)
    hubFlags.set(rule.field, flags)
    const named = flagHubs(index, found, flags)
    if (!frozen) for (const [hash, value] of named) hubs.push({ ...rule, value, ...found.get(hash)! })
  }
  return {
    population,
    frequencies,
    hubFlags,
    hubs: hubs.map(({ field, part, value, people, records }) => ({ field, part, value, people, records })),
  }
}

/** Records per hashed part; a record counts once however many of its values carry it. */
function countHashes(index: FieldPart, records: number): Map<number, number> {
  const { column, offsets, hashes } = index
  const perValue = new Int32Array(column.pool.size)
  for (let i = 0; i < column.offsets[records]!; i++) perValue[column.values[i]!]!++
  const counts = new Map<number, number>()
  for (let value = 0; value < perValue.length; value++) {
    for (let i = offsets[value]!; i < offsets[value + 1]!; i++) {
      counts.set(hashes[i]!, (counts.get(hashes[i]!) ?? 0) + perValue[value]!)
    }
  }
  return counts
}

function frozenCounts(model: Model, key: string): Map<number, number> | undefined {
  const counts = model.frequencies?.counts[key]
  return counts && new Map(Object.entries(counts).map(([text, count]) => [hashText(text), count]))
}

function logShares(index: FieldPart, counts: ReadonlyMap<number, number>, population: number): Int32Array {
  const shares = new Int32Array(index.column.pool.size)
  for (let value = 0; value < shares.length; value++) {
    let count = 1
    for (let i = index.offsets[value]!; i < index.offsets[value + 1]!; i++) {
      count = Math.max(count, counts.get(index.hashes[i]!) ?? 1)
    }
    shares[value] = Math.round(1000 * Math.log2(Math.min(1, count / population)))
  }
  return shares
}

/** Hashes shared by more than `limit` distinct first `by` hashes. */
function findHubs(index: FieldPart, by: FieldPart, records: number, limit: number) {
  const pairs: number[] = []
  const seen = new Map<number, number>()
  for (let record = 0; record < records; record++) {
    forEachHash(index, record, (hash) => void seen.set(hash, (seen.get(hash) ?? 0) + 1))
  }
  for (let record = 0; record < records; record++) {
    forEachHash(index, record, (hash) => {
      if (seen.get(hash)! > limit) pairs.push(hash, record)
    })
  }
  const people = new Map<number, Set<number>>()
  for (let i = 0; i < pairs.length; i += 2) {
    const group = people.get(pairs[i]!) ?? new Set<number>()
    people.set(pairs[i]!, group)
    let first = 0
    forEachHash(by, pairs[i + 1]!, (hash) => {
      first ||= hash
    })
    if (first !== 0) group.add(first)
  }
  const found = new Map<number, { people: number; records: number }>()
  for (const [hash, group] of people) {
    if (group.size > limit) found.set(hash, { people: group.size, records: seen.get(hash)! })
  }
  return found
}

function flagHubs(index: FieldPart, hubs: ReadonlyMap<number, unknown>, flags: Uint8Array): Map<number, string> {
  const named = new Map<number, string>()
  const { type, pool } = index.column
  for (let value = 0; value < flags.length; value++) {
    for (let i = index.offsets[value]!; i < index.offsets[value + 1]!; i++) {
      const hash = index.hashes[i]!
      if (!hubs.has(hash)) continue
      flags[value] = 1
      if (named.has(hash)) continue
      const texts = type.part(index.part, type.read(pool.get(value))) ?? []
      named.set(hash, texts.find((text) => hashText(text) === hash)!)
    }
  }
  return named
}

/**
 * The frequencies and hubs of a table as the model's epoch stores them. Counts of 1 are left out: a value that is not
 * listed counts as seen once.
 */
export function freezeKnowledge(model: Model, table: Table): Pick<Model, 'frequencies' | 'hubValues'> {
  const counts: Record<string, Record<string, number>> = {}
  for (const { field, levels } of model.comparisons) {
    for (const { tf } of levels) {
      if (!tf) continue
      const index = fieldPart(model, table, field, tf.part)
      counts[partKey(field, tf.part)] ??= namedCounts(index, table.size, tf.floor)
    }
  }
  const { hubs, population } = knowledgeOf({ ...model, frequencies: undefined, hubValues: undefined }, table)
  const hubValues: Record<string, string[]> = {}
  for (const { field, part, value } of hubs) {
    const key = partKey(field, part)
    hubValues[key] = [...(hubValues[key] ?? []), value]
  }
  return { frequencies: { population, counts }, hubValues }
}

function namedCounts(index: FieldPart, records: number, floor: number): Record<string, number> {
  const counts = countHashes(index, records)
  const named: Record<string, number> = {}
  const { type, pool } = index.column
  const smallest = Math.max(2, floor * records)
  for (let value = 0; value < pool.size; value++) {
    for (const text of type.part(index.part, type.read(pool.get(value))) ?? []) {
      const count = counts.get(hashText(text))!
      if (count >= smallest) named[text] = count
    }
  }
  return Object.fromEntries(Object.entries(named).sort(([a], [b]) => (a < b ? -1 : 1)))
}
