import { comparatorOf, type FieldTypeName, fieldType } from '../fields/vocabulary.ts'
import type { Model, ModelComparison } from './model.ts'

/** What a model of the right shape names that does not exist, or says against itself; empty when it can be used. */
export function problemsOf(model: Model): string[] {
  return [
    ...nameProblems(model),
    ...model.comparisons.flatMap((comparison) => comparisonProblems(model, comparison)),
    ...partProblems(model),
    ...capProblems(model),
    ...trainingProblems(model),
    ...thresholdProblems(model),
  ]
}

interface Named {
  readonly name: string
}

function nameProblems({ fields, comparisons, blocking }: Model): string[] {
  const lists: [string, readonly Named[]][] = [
    ['field', fields],
    ['comparison', comparisons],
    ['blocking rule', blocking],
  ]
  return lists
    .filter(([, list]) => new Set(list.map(({ name }) => name)).size < list.length)
    .map(([what]) => `${what} names must be unique`)
}

function comparisonProblems(model: Model, comparison: ModelComparison): string[] {
  const where = `comparison ${comparison.name}`
  const field = model.fields.find(({ name }) => name === comparison.field)
  const unknown = (comparison.unlessCompared ?? []).filter((name) => !hasName(model.comparisons, name))
  return [
    ...(field ? levelProblems(comparison, field.type) : [`${where}: no field "${comparison.field}"`]),
    ...unknown.map((name) => `${where}: no comparison "${name}"`),
  ]
}

/** The levels against what the comparator tells. */
function levelProblems(comparison: ModelComparison, type: FieldTypeName): string[] {
  const problems: string[] = []
  const where = `comparison ${comparison.name}`
  const { accepts, outcome } = comparatorOf(comparison.comparator)
  if (accepts.length > 0 && !accepts.includes(type)) {
    problems.push(`${where}: ${comparison.comparator} does not read a ${type}`)
  }
  comparison.levels.forEach((level, index) => {
    const last = index === comparison.levels.length - 1
    if (last !== (level.when === undefined)) problems.push(`${where}: the last level, and only it, has no "when"`)
    if (level.when === undefined) return
    if (Array.isArray(level.when)) {
      const unknown = typeof outcome === 'string' ? level.when : level.when.filter((grade) => !outcome.includes(grade))
      for (const grade of unknown) problems.push(`${where}: ${comparison.comparator} has no grade "${grade}"`)
    } else if (outcome !== ('atLeast' in level.when ? 'similarity' : 'distance')) {
      problems.push(`${where}: level ${level.name} does not fit what ${comparison.comparator} measures`)
    }
  })
  return problems
}

/** Every part of a field that the model uses. */
function partProblems(model: Model): string[] {
  const uses = [
    ...model.comparisons.flatMap(({ field, levels }) =>
      levels.flatMap(({ name, tf }) => (tf ? [{ where: `level ${name}`, field, part: tf.part }] : [])),
    ),
    ...model.blocking.flatMap(({ name, keys }) => keys.map((key) => ({ where: `rule ${name}`, ...key }))),
    ...model.exclusive.map((use) => ({ where: 'exclusive', ...use })),
    ...model.hubs.flatMap(({ field, part, by }) => [{ field, part }, by].map((use) => ({ where: 'hubs', ...use }))),
  ]
  return uses.flatMap(({ where, field, part }) => {
    const known = model.fields.find(({ name }) => name === field)
    if (!known) return [`${where}: no field "${field}"`]
    return knowsPart(known.type, part) ? [] : [`${where}: a ${known.type} has no part "${part}"`]
  })
}

function knowsPart(type: FieldTypeName, name: string): boolean {
  const known = fieldType(type)
  return known.part(name, known.read('')) !== undefined
}

function capProblems({ caps, comparisons }: Model): string[] {
  return caps.flatMap((cap) => [
    ...cap.comparisons.filter((name) => !hasName(comparisons, name)).map((name) => `cap: no comparison "${name}"`),
    ...cap.unless.flatMap(({ comparison, levels }) => {
      const known = comparisons.find(({ name }) => name === comparison)?.levels ?? []
      return levels.filter((level) => !hasName(known, level)).map((level) => `cap: no level "${comparison}.${level}"`)
    }),
  ])
}

function trainingProblems({ training, blocking }: Model): string[] {
  const unknown = (training?.passes.flat() ?? []).filter((name) => !hasName(blocking, name))
  return unknown.map((name) => `training: no rule "${name}"`)
}

function thresholdProblems({ thresholds: { keep, review, merge } }: Model): string[] {
  return keep > review || review > merge ? ['thresholds: keep ≤ review ≤ merge'] : []
}

function hasName(list: readonly Named[], name: string): boolean {
  return list.some((one) => one.name === name)
}
