import type { Knowledge } from '../knowledge/knowledge.ts'
import type { Model } from '../model/model.ts'
import type { Table } from '../table/table.ts'
import {
  type CompiledCap,
  type CompiledComparison,
  compileCaps,
  compileComparisons,
  priorOf,
  UNKNOWN,
} from './compiled-model.ts'

/** Level of a comparison where a side has no value. */
export const MISSING = -1

/**
 * Scores pairs of records of one table under one model and epoch. The weight is prior + levels + term frequencies − caps,
 * all integer milli-bits. After `score`, the fields hold what led to it; they are overwritten by the next call.
 */
export class Scorer {
  readonly prior: number
  /** Level per comparison, {@link MISSING} when not compared. */
  readonly levels: Int8Array
  /** Weight of the level alone; what the term frequency adds; and the weight that counts, after the hub limit. */
  readonly baseWeights: Int32Array
  readonly frequencyWeights: Int32Array
  readonly weights: Int32Array
  /** What the caps took away, 0 or negative. */
  capped = 0

  private readonly comparisons: readonly CompiledComparison[]
  private readonly caps: readonly CompiledCap[]
  /** Rarest-first tie break inside `compare`: the value pair that the level was reached with. */
  private bestShare = 0
  private bestHub = false

  constructor(
    readonly model: Model,
    table: Table,
    knowledge: Knowledge,
  ) {
    this.prior = priorOf(model, knowledge.population)
    this.levels = new Int8Array(model.comparisons.length)
    this.baseWeights = new Int32Array(model.comparisons.length)
    this.frequencyWeights = new Int32Array(model.comparisons.length)
    this.weights = new Int32Array(model.comparisons.length)
    this.comparisons = compileComparisons({ model, table, knowledge })
    this.caps = compileCaps(model)
  }

  /** Total weight of the pair in milli-bits. Symmetric. */
  score(a: number, b: number): number {
    let total = this.prior
    for (let k = 0; k < this.comparisons.length; k++) {
      const comparison = this.comparisons[k]!
      const level = this.compare(comparison, a, b)
      this.levels[k] = level
      total += this.weigh(comparison, k, level)
    }
    this.capped = this.capOf()
    return total + this.capped
  }

  private compare(comparison: CompiledComparison, a: number, b: number): number {
    const { offsets, values } = comparison.column
    const endA = offsets[a + 1]!
    const endB = offsets[b + 1]!
    if (offsets[a] === endA || offsets[b] === endB) return MISSING
    for (const other of comparison.unless) if (this.levels[other] !== MISSING) return MISSING
    let best = UNKNOWN
    for (let i = offsets[a]!; i < endA; i++) {
      for (let j = offsets[b]!; j < endB; j++) {
        const [valueA, valueB] = [values[i]!, values[j]!]
        const level = this.levelOf(comparison, valueA, valueB)
        if (level > best) continue
        const shares = comparison.terms[level]?.shares
        const share = shares ? Math.max(shares[valueA]!, shares[valueB]!) : 0
        if (level === best && share >= this.bestShare) continue
        best = level
        this.bestShare = share
        const flags = comparison.hubFlags
        this.bestHub = flags !== undefined && (flags[valueA] === 1 || flags[valueB] === 1)
      }
    }
    return best
  }

  private levelOf({ comparator, levelOf, reader, selfLevels }: CompiledComparison, a: number, b: number): number {
    if (a === b && selfLevels[a] !== UNKNOWN) return selfLevels[a]!
    const level = levelOf(comparator.compare(reader.read(a), reader.read(b)))
    if (a === b) selfLevels[a] = level
    return level
  }

  private weigh(comparison: CompiledComparison, k: number, level: number): number {
    if (level === MISSING) {
      this.baseWeights[k] = this.frequencyWeights[k] = this.weights[k] = 0
      return 0
    }
    const base = comparison.weights[level]!
    const term = comparison.terms[level]
    const frequency = term ? term.m - Math.max(this.bestShare, term.floor) - base : 0
    this.baseWeights[k] = base
    this.frequencyWeights[k] = frequency
    const weight = this.bestHub ? Math.min(base + frequency, comparison.hubWeight) : base + frequency
    this.weights[k] = weight
    return weight
  }

  private capOf(): number {
    let capped = 0
    for (const cap of this.caps) {
      let sum = this.prior
      for (const k of cap.comparisons) sum += this.weights[k]!
      if (sum <= cap.atMost) continue
      if (cap.unless.some(({ comparison, levels }) => levels.includes(this.levels[comparison]!))) continue
      capped = Math.min(capped, cap.atMost - sum)
    }
    return capped
  }
}
