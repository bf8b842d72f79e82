import { hashText } from '../memory/hash.ts'
import type { Model } from '../model/model.ts'
import { type FieldPart, fieldPart, forEachHash, partKey } from '../table/field-parts.ts'
import type { Table } from '../table/table.ts'

/** A value that many different people use. */
export interface Hub {
  readonly field: string
  readonly part: string
  readonly value: string
  readonly people: number
  readonly records: number
}

/** Names a level of a comparison. */
export function levelKey(comparison: string, level: string): string {
  return comparison + '.' + level
}

/** What an epoch knows besides m and u: how frequent values are, and which are hubs. Frozen while the epoch lasts. */
export interface Knowledge {
  readonly population: number
  /** log2 of the share of records, in milli-bits, by {@link levelKey} and value number. */
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
  for (const { name, field, levels } of model.comparisons) {
    for (const { name: level, tf, u } of levels) {
      if (!tf || (!count && !model.frequencies)) continue
      const index = fieldPart(model, table, field, tf.part)
      const frozen = model.frequencies && (model.frequencies.counts[partKey(field, tf.part)] ?? NOTHING)
      frequencies.set(levelKey(name, level), logShares(index, population, frozen, { ...tf, u }))
    }
  }
  const hubFlags = new Map<string, Uint8Array>()
  const hubs: Hub[] = []
  for (const rule of model.hubs) {
    const index = fieldPart(model, table, rule.field, rule.part)
    const frozen = model.hubValues && (model.hubValues[partKey(rule.field, rule.part)] ?? [])
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

/** A part that the epoch has no counts of: one object, for the cache below. */
const NOTHING: Readonly<Record<string, number>> = {}

/** Records per value of a column. */
function recordsPerValue({ pool, values }: FieldPart['column']): Int32Array {
  const counts = new Int32Array(pool.size)
  for (const value of values) counts[value]!++
  return counts
}

/** Records per hashed part, by sorting (hash, value); calls `visit` once per hash with all values that have it. */
function countHashes(index: FieldPart, visit: (hash: number, count: number, values: readonly number[]) => void): void {
  const perValue = recordsPerValue(index.column)
  const sorted = new BigUint64Array(index.hashes.length)
  const halves = new Uint32Array(sorted.buffer)
  for (let value = 0; value < perValue.length; value++) {
    for (let i = index.offsets[value]!; i < index.offsets[value + 1]!; i++) {
      halves[2 * i] = value
      halves[2 * i + 1] = index.hashes[i]!
    }
  }
  sorted.sort()
  const values: number[] = []
  let count = 0
  for (let i = 0; i < sorted.length; i++) {
    values.push(halves[2 * i]!)
    count += perValue[halves[2 * i]!]!
    if (i + 1 < sorted.length && halves[2 * i + 3] === halves[2 * i + 1]) continue
    visit(halves[2 * i + 1]!, count, values)
    values.length = count = 0
  }
}

/** log2 of the share of each value's most frequent part, in milli-bits. */
function logShares(
  index: FieldPart,
  population: number,
  frozen: Readonly<Record<string, number>> | undefined,
  { sample, u }: { readonly sample: number; readonly u: number },
): Int32Array {
  const frozenCounts = frozen && hashedCounts(frozen)
  const most = new Int32Array(index.column.pool.size).fill(1)
  countHashes(index, (hash, counted, values) => {
    const count = frozenCounts ? (frozenCounts.get(hash) ?? 1) : counted
    for (const value of values) most[value] = Math.max(most[value]!, count)
  })
  return most.map((count) => Math.round(1000 * Math.log2(Math.min(1, (count + sample * u) / (population + sample)))))
}

const hashed = new WeakMap<Readonly<Record<string, number>>, ReadonlyMap<number, number>>()

/** Frozen counts by hash; made once per epoch, since a service scores a handful of records at a time. */
function hashedCounts(frozen: Readonly<Record<string, number>>): ReadonlyMap<number, number> {
  let counts = hashed.get(frozen)
  if (!counts) {
    counts = new Map(Object.entries(frozen).map(([text, count]) => [hashText(text), count]))
    hashed.set(frozen, counts)
  }
  return counts
}

/** Hashes that records with more than `limit` distinct first `by` hashes share. */
function findHubs(index: FieldPart, by: FieldPart, records: number, limit: number) {
  const found = new Map<number, { people: Set<number>; records: number }>()
  countHashes(index, (hash, count) => {
    if (count > limit) found.set(hash, { people: new Set(), records: count })
  })
  for (let record = 0; record < records; record++) {
    forEachHash(index, record, (hash) => {
      const group = found.get(hash)
      if (!group) return
      let first = 0
      forEachHash(by, record, (other) => {
        first ||= other
      })
      if (first !== 0) group.people.add(first)
    })
  }
  const hubs = new Map<number, { people: number; records: number }>()
  for (const [hash, group] of found) {
    if (group.people.size > limit) hubs.set(hash, { people: group.people.size, records: group.records })
  }
  return hubs
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
 * The frequencies and hubs of a table as the model's epoch stores them. Counts of 1 are left out: a value that is not listed
 * counts as seen once.
 */
export function freezeKnowledge(model: Model, table: Table): Pick<Model, 'frequencies' | 'hubValues'> {
  const counts: Record<string, Record<string, number>> = {}
  for (const { field, levels } of model.comparisons) {
    for (const { tf } of levels) {
      if (!tf) continue
      counts[partKey(field, tf.part)] ??= namedCounts(fieldPart(model, table, field, tf.part))
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

function namedCounts(index: FieldPart): Record<string, number> {
  const named: [string, number][] = []
  const { type, pool } = index.column
  countHashes(index, (hash, count, values) => {
    if (count < 2) return
    const texts = type.part(index.part, type.read(pool.get(values[0]!))) ?? []
    named.push([texts.find((text) => hashText(text) === hash)!, count])
  })
  return Object.fromEntries(named.sort(([a], [b]) => (a < b ? -1 : 1)))
}
