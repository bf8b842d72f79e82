import { hashText } from '../memory/hash.ts'
import type { Model } from '../model/model.ts'
import { type FieldPart, fieldPart, forEachHash, partKey } from '../table/field-parts.ts'
import type { Table } from '../table/table.ts'
import { countHashes, textOf } from './count-hashes.ts'

/** A value that many different people use. */
export interface Hub {
  readonly field: string
  readonly part: string
  readonly value: string
  readonly people: number
  readonly records: number
}

/** The hubs of a table: 1 for hub values, by field (where there may be any) and value number; and those that were counted here. */
export interface Hubs {
  readonly hubFlags: ReadonlyMap<string, Uint8Array>
  readonly hubs: readonly Hub[]
}

/** Flags the hubs that the model's epoch froze, else those that are found in the table. */
export function hubsOf(model: Model, table: Table): Hubs {
  const hubFlags = new Map<string, Uint8Array>()
  const hubs: Hub[] = []
  for (const { field, part, by, people: limit } of model.hubs) {
    const frozen = model.hubValues && (model.hubValues[partKey(field, part)] ?? [])
    if (frozen?.length === 0) continue
    const index = fieldPart(model, table, field, part)
    const flags = hubFlags.get(field) ?? new Uint8Array(index.column.pool.size)
    hubFlags.set(field, flags)
    if (frozen) {
      flagHubs(index, new Set(frozen.map((value) => hashText(value))), flags)
    } else {
      const found = findHubs(index, fieldPart(model, table, by.field, by.part), table.size, limit)
      const named = flagHubs(index, found, flags)
      for (const [hash, value] of named) hubs.push({ field, part, value, ...found.get(hash)! })
    }
  }
  return { hubFlags, hubs }
}

/** Hashes that records with more than `limit` distinct first `by` hashes share. */
function findHubs(
  index: FieldPart,
  by: FieldPart,
  records: number,
  limit: number,
): ReadonlyMap<number, Pick<Hub, 'people' | 'records'>> {
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
  const hubs = new Map<number, Pick<Hub, 'people' | 'records'>>()
  for (const [hash, group] of found) {
    if (group.people.size > limit) hubs.set(hash, { people: group.people.size, records: group.records })
  }
  return hubs
}

/** Sets the flags of the values that have a hub's hash; returns the hubs' texts. */
function flagHubs(index: FieldPart, hubs: Pick<Set<number>, 'has'>, flags: Uint8Array): Map<number, string> {
  const named = new Map<number, string>()
  for (let value = 0; value < flags.length; value++) {
    for (let i = index.offsets[value]!; i < index.offsets[value + 1]!; i++) {
      const hash = index.hashes[i]!
      if (!hubs.has(hash)) continue
      flags[value] = 1
      if (!named.has(hash)) named.set(hash, textOf(index, value, hash))
    }
  }
  return named
}
