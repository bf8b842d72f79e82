import type { Comparator } from '../fields/field-type.ts'
import { comparatorOf } from '../fields/vocabulary.ts'
import { type Knowledge, levelKey } from '../knowledge/knowledge.ts'
import type { Model, ModelComparison } from '../model/model.ts'
import type { Column, Table } from '../table/table.ts'
import { ValueReader } from '../table/value-reader.ts'

/** What the weight of two records depends on: the model, the records with their positions, and what is known of their values. */
export interface ScoringInput {
  readonly model: Model
  readonly table: Table
  readonly knowledge: Knowledge
}

/** log2 of a ratio in milli-bits. */
function milliBits(ratio: number): number {
  return Math.round(1000 * Math.log2(ratio))
}

/** Prior weight of two random records, in milli-bits. */
export function priorOf(model: Model, population: number): number {
  const p = Math.min(0.5, model.prior.partnersPerRecord / Math.max(1, population - 1))
  return milliBits(p / (1 - p))
}

/** No level: worse than any. */
export const UNKNOWN = 127

/** A comparison with all it needs at hand, names resolved. */
export interface CompiledComparison {
  readonly column: Column
  readonly reader: ValueReader
  readonly comparator: Comparator
  readonly levelOf: (outcome: number) => number
  /** Level of a value with itself, by value number; {@link UNKNOWN} until first met. */
  readonly selfLevels: Int8Array
  readonly weights: Int32Array
  /** log2(m) and the frequencies that replace u, for levels with a term frequency. */
  readonly terms: readonly ({ m: number; floor: number; shares: Int32Array } | undefined)[]
  readonly hubFlags: Uint8Array | undefined
  readonly hubWeight: number
  readonly unless: readonly number[]
}

/** A cap with positions in place of names. */
export interface CompiledCap {
  readonly comparisons: readonly number[]
  readonly atMost: number
  readonly unless: readonly { comparison: number; levels: readonly number[] }[]
}

/** The model's comparisons, over the columns of the table. */
export function compileComparisons({ model, table, knowledge }: ScoringInput): CompiledComparison[] {
  const readers = table.columns.map((column) => new ValueReader(column))
  return compiled(model).comparisons.map(({ name, field, hubs, levels, ...ofModel }) => {
    const column = table.columns[ofModel.position]!
    return {
      ...ofModel,
      column,
      reader: readers[ofModel.position]!,
      selfLevels: new Int8Array(column.pool.size).fill(UNKNOWN),
      terms: levels.map(({ term, name: level }) => {
        const shares = term && knowledge.frequencies.get(levelKey(name, level))
        return shares && { ...term, shares }
      }),
      hubFlags: hubs ? knowledge.hubFlags.get(field) : undefined,
    }
  })
}

/** The model's caps. */
export function compileCaps(model: Model): readonly CompiledCap[] {
  return compiled(model).caps
}

/** What follows from the model alone. */
interface CompiledModel {
  readonly comparisons: readonly ReturnType<typeof comparisonOf>[]
  readonly caps: readonly CompiledCap[]
}

const compiledByModel = new WeakMap<Model, CompiledModel>()

/** Made once per model, since a service scores a handful of records at a time. */
function compiled(model: Model): CompiledModel {
  let known = compiledByModel.get(model)
  if (!known) {
    known = { comparisons: model.comparisons.map((each) => comparisonOf(model, each)), caps: capsOf(model) }
    compiledByModel.set(model, known)
  }
  return known
}

function comparisonOf(model: Model, comparison: ModelComparison) {
  const { name, field, levels, unlessCompared = [] } = comparison
  const hubs = model.hubs.filter((rule) => rule.field === field)
  const comparator = comparatorOf(comparison.comparator)
  return {
    name,
    field,
    position: model.fields.findIndex((each) => each.name === field),
    comparator,
    levelOf: levelFinder(comparison, comparator),
    weights: Int32Array.from(levels, ({ m, u }) => milliBits(m / u)),
    levels: levels.map(({ name: level, m, tf }) => ({
      name: level,
      term: tf && { m: milliBits(m), floor: milliBits(tf.floor) },
    })),
    hubs: hubs.length > 0,
    hubWeight: Math.min(...hubs.map(({ weight }) => weight)),
    unless: unlessCompared.map((other) => positionOf(model, other)),
  }
}

function capsOf(model: Model): CompiledCap[] {
  return model.caps.map((cap) => ({
    comparisons: cap.comparisons.map((name) => positionOf(model, name)),
    atMost: cap.atMost,
    unless: cap.unless.map(({ comparison, levels }) => {
      const position = positionOf(model, comparison)
      const names = model.comparisons[position]!.levels.map(({ name }) => name)
      return { comparison: position, levels: levels.map((level) => names.indexOf(level)) }
    }),
  }))
}

function positionOf({ comparisons }: Model, name: string): number {
  return comparisons.findIndex((comparison) => comparison.name === name)
}

/** Finds the level of what a comparator gives. */
function levelFinder(comparison: ModelComparison, comparator: Comparator): (outcome: number) => number {
  const last = comparison.levels.length - 1
  if (typeof comparator.outcome !== 'string') {
    const levels = comparator.outcome.map((grade) => {
      const found = comparison.levels.findIndex(({ when }) => Array.isArray(when) && when.includes(grade))
      return found < 0 ? last : found
    })
    return (outcome) => levels[outcome]!
  }
  const bounds = comparison.levels.slice(0, -1).map(({ when }) => when as { atLeast: number } | { atMost: number })
  return (outcome) => {
    const found = bounds.findIndex((bound) => ('atLeast' in bound ? outcome >= bound.atLeast : outcome <= bound.atMost))
    return found < 0 ? last : found
  }
}
