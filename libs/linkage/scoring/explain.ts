import { knowledgeOf } from '../knowledge/knowledge.ts'
import type { Model } from '../model/model.ts'
import type { Table } from '../table/table.ts'
import { tableOf } from '../table/table-builder.ts'
import { MISSING, Scorer } from './scorer.ts'

/** One step of a waterfall; weights in milli-bits, `total` after this step. */
export interface WaterfallStep {
  readonly kind: 'prior' | 'level' | 'frequency' | 'hub' | 'cap'
  readonly comparison?: string
  readonly level?: string
  readonly weight: number
  readonly total: number
}

/** Why two records may be one person: from the prior, by every comparison, to the total. Holds no values of the records. */
export interface Waterfall {
  readonly a: string
  readonly b: string
  readonly model: string
  readonly epoch: number
  readonly levels: readonly number[]
  readonly steps: readonly WaterfallStep[]
  readonly total: number
  /** {@link probabilityOf} the total. */
  readonly probability: number
  readonly verdict: 'merge' | 'review' | 'apart'
  readonly thresholds: { readonly review: number; readonly merge: number }
}

/** P(same person) of a weight in milli-bits. */
export function probabilityOf(weight: number): number {
  return 1 / (1 + 2 ** (-weight / 1000))
}

/** The waterfall of two records of a table (by position). */
export function explain(scorer: Scorer, table: Table, a: number, b: number): Waterfall {
  const { model } = scorer
  const total = scorer.score(a, b)
  const steps: WaterfallStep[] = []
  let sum = 0
  const step = (kind: WaterfallStep['kind'], weight: number, names: { comparison?: string; level?: string } = {}) => {
    sum += weight
    steps.push({ kind, ...names, weight, total: sum })
  }
  step('prior', scorer.prior)
  model.comparisons.forEach((comparison, k) => {
    const level = scorer.levels[k]!
    if (level === MISSING) return
    const names = { comparison: comparison.name, level: comparison.levels[level]!.name }
    step('level', scorer.baseWeights[k]!, names)
    if (scorer.frequencyWeights[k] !== 0) step('frequency', scorer.frequencyWeights[k]!, names)
    const hub = scorer.weights[k]! - scorer.baseWeights[k]! - scorer.frequencyWeights[k]!
    if (hub !== 0) step('hub', hub, names)
  })
  if (scorer.capped !== 0) step('cap', scorer.capped)
  const { review, merge } = model.thresholds
  return {
    a: table.ids.get(a),
    b: table.ids.get(b),
    model: model.name,
    epoch: model.epoch,
    levels: Array.from(scorer.levels),
    steps,
    total,
    probability: probabilityOf(total),
    verdict: total >= merge ? 'merge' : total >= review ? 'review' : 'apart',
    thresholds: { review, merge },
  }
}

/**
 * Compares two rows (column → text) by a model alone: term frequencies and hubs count only as far as the model has them frozen.
 * `population` is the number of records the prior is about.
 */
export function compareRows(
  model: Model,
  a: Readonly<Record<string, string | undefined>>,
  b: Readonly<Record<string, string | undefined>>,
  population = model.frequencies?.population ?? model.prior.population ?? 1_000_000,
): Waterfall {
  const table = tableOf(model, [a, b], 'weights')
  const frozen = { ...model, prior: { ...model.prior, population }, hubValues: model.hubValues ?? {} }
  const knowledge = knowledgeOf(frozen, table, { count: false })
  return explain(new Scorer(frozen, table, knowledge), table, 0, 1)
}
