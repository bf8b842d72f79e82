import { type BlockTask, forEachPair } from '../blocking/candidate-pairs.ts'
import type { RuleKeys } from '../blocking/rule-keys.ts'
import { grown } from '../memory/flat-memory.ts'
import type { ScoringInput } from './compiled-model.ts'
import { Scorer } from './scorer.ts'

/** Bits per bar of the weight histogram, and the weight of its first bar. */
export const HISTOGRAM = { from: -40, bars: 120 } as const

/** The scored candidate pairs of one worker. */
export interface ScoredPairs {
  readonly a: Int32Array
  readonly b: Int32Array
  readonly weight: Int32Array
  /** All candidate pairs, kept or not. */
  readonly compared: number
  /** Candidate pairs per bit of weight; the outer bars hold everything beyond. */
  readonly histogram: Float64Array
}

/** Scores tasks until `nextTask` says there are none (-1), keeping edges of at least `thresholds.keep`. */
export function scoreTasks(
  { model, table, knowledge }: ScoringInput,
  rules: readonly RuleKeys[],
  tasks: readonly BlockTask[],
  nextTask: () => number,
): ScoredPairs {
  const scorer = new Scorer(model, table, knowledge)
  const histogram = new Float64Array(HISTOGRAM.bars)
  let a = new Int32Array(1024)
  let b = new Int32Array(1024)
  let weight = new Int32Array(1024)
  let kept = 0
  let compared = 0
  for (let task = nextTask(); task >= 0; task = nextTask()) {
    forEachPair(rules, tasks[task]!, (x, y) => {
      const total = scorer.score(x, y)
      compared++
      const bar = Math.floor(total / 1000) - HISTOGRAM.from
      histogram[Math.max(0, Math.min(HISTOGRAM.bars - 1, bar))]!++
      if (total < model.thresholds.keep) return
      if (kept === a.length) {
        a = grown(Int32Array, a)
        b = grown(Int32Array, b)
        weight = grown(Int32Array, weight)
      }
      a[kept] = x
      b[kept] = y
      weight[kept++] = total
    })
  }
  return { a: a.slice(0, kept), b: b.slice(0, kept), weight: weight.slice(0, kept), compared, histogram }
}
