import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { type BlockTask, blockTasks, type RuleKeys } from './blocking.ts'
import type { Knowledge } from './knowledge.ts'
import type { Model } from './model.ts'
import { type ScoredPairs, scoreTasks } from './score-pairs.ts'
import { shared } from './string-pool.ts'
import { type SharedTable, shareTable, type Table } from './table.ts'

/** What a worker thread gets; all large arrays are shared memory. */
export interface ScoreJob {
  readonly model: Model
  readonly table: SharedTable
  readonly knowledge: Knowledge
  readonly rules: readonly RuleKeys[]
  readonly tasks: readonly BlockTask[]
  readonly counter: SharedArrayBuffer
}

/** Values are read into short-lived objects; a larger young generation spares most of the collector's work. */
const YOUNG_GENERATION_MB = 64

const WORKER = new URL(import.meta.url.endsWith('.ts') ? './score-worker.ts' : './score-worker.js', import.meta.url)

/**
 * Scores all candidate pairs with `workers` threads, or in this thread when 0. The edges are the same either way; their order
 * is not, and nothing after this depends on it. Worker threads need code that Node runs as it is (compiled, or a loader).
 */
export async function scoreInParallel(
  model: Model,
  table: Table,
  knowledge: Knowledge,
  rules: readonly RuleKeys[],
  workers: number,
  progress: (share: number) => void,
): Promise<ScoredPairs> {
  const tasks = blockTasks(rules)
  if (workers === 0) {
    let next = 0
    return scoreTasks(model, table, knowledge, rules, tasks, () => {
      progress(tasks.length === 0 ? 1 : next / tasks.length)
      return next < tasks.length ? next++ : -1
    })
  }
  const counter = new SharedArrayBuffer(4)
  const job: ScoreJob = {
    model,
    table: shareTable(table),
    knowledge: shareKnowledge(knowledge),
    rules: rules.map(shareRule),
    tasks,
    counter,
  }
  const ticking = setInterval(() => progress(Math.min(1, new Int32Array(counter)[0]! / Math.max(1, tasks.length))), 500)
  try {
    const threads = Array.from(
      { length: workers },
      () => new Worker(WORKER, { workerData: job, resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB } }),
    )
    const answers = await Promise.all(threads.map((thread) => once(thread, 'message')))
    return concatenate(answers.map(([scored]) => scored as ScoredPairs))
  } finally {
    clearInterval(ticking)
  }
}

function shareKnowledge(knowledge: Knowledge): Knowledge {
  return {
    ...knowledge,
    frequencies: new Map([...knowledge.frequencies].map(([key, shares]) => [key, shared(Int32Array, shares)])),
    hubFlags: new Map([...knowledge.hubFlags].map(([key, flags]) => [key, shared(Uint8Array, flags)])),
  }
}

function shareRule({ offsets, keys, sorted }: RuleKeys): RuleKeys {
  return {
    offsets: shared(Int32Array, offsets),
    keys: shared(Uint32Array, keys),
    sorted: shared(BigUint64Array, sorted),
  }
}

function concatenate(parts: readonly ScoredPairs[]): ScoredPairs {
  const length = parts.reduce((sum, { a }) => sum + a.length, 0)
  const joined = {
    a: new Int32Array(length),
    b: new Int32Array(length),
    weight: new Int32Array(length),
    compared: 0,
    histogram: new Float64Array(parts[0]?.histogram.length ?? 0),
  }
  let start = 0
  for (const part of parts) {
    joined.a.set(part.a, start)
    joined.b.set(part.b, start)
    joined.weight.set(part.weight, start)
    joined.compared += part.compared
    part.histogram.forEach((value, bar) => {
      joined.histogram[bar]! += value
    })
    start += part.a.length
  }
  return joined
}
