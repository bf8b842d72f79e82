import { type BlockTask, blockTasks } from '../blocking/candidate-pairs.ts'
import type { RuleKeys } from '../blocking/rule-keys.ts'
import type { Knowledge } from '../knowledge/knowledge.ts'
import { shared } from '../memory/flat-memory.ts'
import { type SharedTable, shareTable, tableFromShared } from '../table/table.ts'
import { followed, WorkThreads } from '../threads/work-threads.ts'
import type { ScoringInput } from './compiled-model.ts'
import { type ScoredPairs, scoreTasks } from './score-tasks.ts'

/** What a scoring thread gets; all large arrays are shared memory. */
export interface ScoreJob extends Omit<ScoringInput, 'table'> {
  readonly table: SharedTable
  readonly rules: readonly RuleKeys[]
  readonly tasks: readonly BlockTask[]
  /** The next task that no thread has taken. */
  readonly counter: SharedArrayBuffer
}

/**
 * Scores all candidate pairs with `workers` threads, or in this thread when 0. The edges are the same either way; their order
 * is not, and nothing after this depends on it. Worker threads need code that Node runs as it is (compiled, or a loader).
 */
export async function scoreInParallel(
  input: ScoringInput,
  rules: readonly RuleKeys[],
  workers: number,
  progress: (share: number) => void,
): Promise<ScoredPairs> {
  const threads = new WorkThreads(workers)
  try {
    return await scoreWith(threads, input, rules, progress)
  } finally {
    await threads.close()
  }
}

/** {@link scoreInParallel} with threads that are there already; without any, in this one. */
export async function scoreWith(
  threads: WorkThreads,
  input: ScoringInput,
  rules: readonly RuleKeys[],
  progress: (share: number) => void,
): Promise<ScoredPairs> {
  const tasks = blockTasks(rules)
  if (threads.count === 0) {
    let next = 0
    return scoreTasks(input, rules, tasks, () => {
      progress(tasks.length === 0 ? 1 : next / tasks.length)
      return next < tasks.length ? next++ : -1
    })
  }
  const job = {
    model: input.model,
    table: shareTable(input.table),
    knowledge: shareKnowledge(input.knowledge),
    rules: rules.map(shareRule),
    tasks,
  }
  const scored = await followed(
    (counter) => threads.run('scoreInThread', Array(threads.count).fill({ ...job, counter })),
    (count) => progress(Math.min(1, count / Math.max(1, tasks.length))),
  )
  return concatenate(scored)
}

/** Scores in a worker thread: takes tasks until none is left. */
export function scoreInThread({ model, table, knowledge, rules, tasks, counter }: ScoreJob): ScoredPairs {
  const next = new Int32Array(counter)
  const input = { model, table: tableFromShared(model, table), knowledge }
  return scoreTasks(input, rules, tasks, () => {
    const task = Atomics.add(next, 0, 1)
    return task < tasks.length ? task : -1
  })
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
