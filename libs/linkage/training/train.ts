import type { Blocking } from '../blocking/blocking.ts'
import { blockTasks, forEachPair } from '../blocking/candidate-pairs.ts'
import type { RuleKeys } from '../blocking/rule-keys.ts'
import { type Model } from '../model/model.ts'
import type { ScoringInput } from '../scoring/compiled-model.ts'
import { MISSING, Scorer } from '../scoring/scorer.ts'
import type { Table } from '../table/table.ts'
import { seededInt, shuffle } from './random.ts'

/** A training that cannot be done, with the reason. */
export class TrainingFailed extends Error {
  override name = 'TrainingFailed'
}

/** How much a training had to go by. */
export interface TrainingReport {
  readonly randomPairs: number
  readonly passes: readonly { rules: readonly string[]; pairs: number; matches: number; iterations: number }[]
}

const MAX_ITERATIONS = 100
const CONVERGED = 1e-6
const SMALLEST = 1e-9

/**
 * Learns a model from unlabelled records: u from seeded random pairs, weighed by how surely they are different people; m by
 * expectation maximisation on the pairs of each pass's blocking rules, leaving out the comparisons of the fields these rules
 * use, then averaged over the passes weighted by matches found. Records are sorted by id before sampling, so the same records
 * in any order give the same model. Levels marked `fixed` keep their values; the epoch grows by one.
 * @throws TrainingFailed when the model names no passes, or there are fewer than two records.
 */
export function train(input: ScoringInput, blocking: Blocking): { model: Model; report: TrainingReport } {
  const { model, table } = input
  const { training } = model
  if (!training) throw new TrainingFailed('The model has no "training" section')
  if (table.size < 2) throw new TrainingFailed('Training needs at least two records')
  const order = sortedById(table)
  const random = randomPatterns(input, order)
  let trained = withU(model, random)
  let passes: TrainingReport['passes'] = []
  for (let round = 0; round < 2; round++) {
    const results = training.passes.map((rules) => runPass({ ...input, model: trained }, blocking, rules, order))
    passes = results.map(({ rules, pairs, matches, iterations }) => ({ rules, pairs, matches, iterations }))
    trained = withU(withM(trained, results), random)
  }
  return {
    model: { ...trained, epoch: model.epoch + 1 },
    report: { randomPairs: training.randomPairs, passes },
  }
}

/** The records' positions in the order of their ids. */
function sortedById(table: Table): Int32Array {
  const ids = Array.from({ length: table.size }, (_, record) => table.ids.get(record))
  return Int32Array.from(ids.keys()).sort((a, b) => (ids[a]! < ids[b]! ? -1 : 1))
}

/** Level vectors and how often each occurs. */
type Patterns = Map<string, { levels: Int8Array; count: number }>

/** Counts a level vector. */
function count(patterns: Patterns, levels: Int8Array): void {
  const key = String.fromCharCode.apply(null, levels as unknown as number[])
  const known = patterns.get(key)
  if (known) known.count++
  else patterns.set(key, { levels: levels.slice(), count: 1 })
}

function randomPatterns({ model, table, knowledge }: ScoringInput, order: Int32Array): Patterns {
  const below = seededInt(model.training!.seed)
  const scorer = new Scorer(model, table, knowledge)
  const patterns: Patterns = new Map()
  for (let i = 0; i < model.training!.randomPairs; i++) {
    const a = below(table.size)
    const b = (a + 1 + below(table.size - 1)) % table.size
    scorer.score(order[a]!, order[b]!)
    count(patterns, scorer.levels)
  }
  return patterns
}

/** u from random pairs, each counted by the model's own probability that it is no match. */
function withU(model: Model, patterns: Patterns): Model {
  const logPrior = Math.log(model.prior.partnersPerRecord / model.training!.randomPairs)
  const comparisons = model.comparisons.map((comparison, k) => {
    const counts = comparison.levels.map(() => 0)
    for (const { levels, count: times } of patterns.values()) {
      if (levels[k] !== MISSING) counts[levels[k]!]! += times * (1 - posterior(model, levels, logPrior, k))
    }
    return withLevels(comparison, counts, 'u')
  })
  return { ...model, comparisons }
}

/** Levels that are fixed (rules, masked values) stand apart: the free ones share what was counted among themselves. */
function withLevels(
  comparison: Model['comparisons'][number],
  counts: readonly number[],
  what: 'm' | 'u',
): Model['comparisons'][number] {
  const free = counts.filter((_, index) => !comparison.levels[index]!.fixed)
  const total = free.reduce((sum, count) => sum + count, 0)
  if (total < 1) return comparison
  return {
    ...comparison,
    levels: comparison.levels.map((level, index) =>
      level.fixed ? level : { ...level, [what]: rounded((counts[index]! + 0.5) / (total + 0.5 * free.length)) },
    ),
  }
}

/** Four significant digits: more would be noise, and a model is meant to be read. */
function rounded(probability: number): number {
  return Number(Math.min(1, Math.max(SMALLEST, probability)).toPrecision(4))
}

/** P(match | levels) without the comparison `except`. */
function posterior(model: Model, levels: Int8Array, logPrior: number, except = -1, used?: readonly boolean[]): number {
  let log = logPrior
  for (let k = 0; k < levels.length; k++) {
    if (levels[k] === MISSING || k === except || used?.[k] === false) continue
    const { m, u } = model.comparisons[k]!.levels[levels[k]!]!
    log += Math.log(m / u)
  }
  return 1 / (1 + Math.exp(-log))
}

interface PassResult {
  readonly rules: readonly string[]
  readonly pairs: number
  readonly matches: number
  readonly iterations: number
  /** Expected matches by comparison and level; empty for comparisons left out. */
  readonly counts: readonly (readonly number[])[]
}

/** Learns from the pairs of some rules; `order` are the records by id. */
function runPass(input: ScoringInput, blocking: Blocking, rules: readonly string[], order: Int32Array): PassResult {
  const { model } = input
  const chosen = rules.map((name) => model.blocking.findIndex((rule) => rule.name === name))
  const blocked = new Set(chosen.flatMap((rule) => model.blocking[rule]!.keys.map(({ field }) => field)))
  const used = model.comparisons.map(({ field }) => !blocked.has(field))
  const patterns = blockedPatterns(
    input,
    chosen.map((rule) => blocking.rules[rule]!),
    order,
  )
  return { rules, ...maximised(model, patterns, used) }
}

/** Expectation maximisation: how the level vectors divide into matches and others, given the comparisons that are used. */
function maximised(model: Model, patterns: Patterns, used: readonly boolean[]): Omit<PassResult, 'rules'> {
  let pairs = 0
  for (const { count: times } of patterns.values()) pairs += times
  let current = model
  let matchShare = 0.3
  let counts: number[][] = []
  let iterations = 0
  for (let change = 1; change > CONVERGED && iterations < MAX_ITERATIONS && pairs > 0; iterations++) {
    counts = model.comparisons.map((comparison, k) => (used[k] ? comparison.levels.map(() => 0) : []))
    let matches = 0
    const logPrior = Math.log(matchShare / (1 - matchShare))
    for (const { levels, count: times } of patterns.values()) {
      const share = times * posterior(current, levels, logPrior, -1, used)
      matches += share
      for (let k = 0; k < levels.length; k++) if (used[k] && levels[k] !== MISSING) counts[k]![levels[k]!]! += share
    }
    const next = Math.min(0.999999, Math.max(0.000001, matches / pairs))
    change = Math.abs(next - matchShare)
    matchShare = next
    current = withM(current, [{ counts }])
  }
  return { pairs, matches: matchShare * pairs, iterations, counts }
}

/**
 * About `blockedPairs` pairs of the chosen rules: those of a seeded sample of the sorted records with anyone in their blocks.
 */
function blockedPatterns(
  { model, table, knowledge }: ScoringInput,
  rules: readonly RuleKeys[],
  order: Int32Array,
): Patterns {
  const { blockedPairs, seed } = model.training!
  const tasks = blockTasks(rules)
  const allPairs = tasks.reduce((sum, task) => sum + task.pairs, 0)
  const share = Math.min(1, blockedPairs / Math.max(1, 2 * allPairs))
  const sampled = new Uint8Array(table.size)
  const shuffled = shuffle(order.slice(), seededInt(seed))
  const wanted = share >= 0.5 ? table.size : Math.ceil(table.size * share)
  for (const record of shuffled.subarray(0, wanted)) sampled[record] = 1
  const scorer = new Scorer(model, table, knowledge)
  const patterns: Patterns = new Map()
  for (const task of tasks) {
    forEachPair(rules, task, (a, b) => {
      if (sampled[a] === 0 && sampled[b] === 0) return
      scorer.score(a, b)
      count(patterns, scorer.levels)
    })
  }
  return patterns
}

/** m from the expected matches. */
function withM(model: Model, results: readonly Pick<PassResult, 'counts'>[]): Model {
  const comparisons = model.comparisons.map((comparison, k) => {
    const counts = comparison.levels.map((_, level) =>
      results.reduce((sum, result) => sum + (result.counts[k]?.[level] ?? 0), 0),
    )
    return withLevels(comparison, counts, 'm')
  })
  return { ...model, comparisons }
}
