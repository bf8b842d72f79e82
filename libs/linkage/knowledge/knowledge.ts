import { hashText } from '../memory/hash.ts'
import type { Model } from '../model/model.ts'
import { type FieldPart, fieldPart, partKey } from '../table/field-parts.ts'
import type { Table } from '../table/table.ts'
import { countHashes } from './count-hashes.ts'
import { type Hubs, hubsOf } from './hubs.ts'

/** What an epoch knows besides m and u: how frequent values are, and which are hubs. Frozen while the epoch lasts. */
export interface Knowledge extends Hubs {
  readonly population: number
  /** log2 of the share of records, in milli-bits, by {@link levelKey} and value number. */
  readonly frequencies: ReadonlyMap<string, Int32Array>
}

/** Names a level of a comparison. */
export function levelKey(comparison: string, level: string): string {
  return comparison + '.' + level
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
  return { population, frequencies, ...hubsOf(model, table) }
}

/** A part that the epoch has no counts of: one object, for the cache below. */
const NOTHING: Readonly<Record<string, number>> = {}

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
