import { parentPort, workerData } from 'node:worker_threads'
import { scoreTasks } from './score-pairs.ts'
import type { ScoreJob } from './score-parallel.ts'
import { tableFromShared } from './table.ts'

/** Worker thread of {@link scoreInParallel}: takes tasks from the shared counter, answers with its edges once. */
const job = workerData as ScoreJob
const counter = new Int32Array(job.counter)
const scored = scoreTasks(job.model, tableFromShared(job.model, job.table), job.knowledge, job.rules, job.tasks, () => {
  const task = Atomics.add(counter, 0, 1)
  return task < job.tasks.length ? task : -1
})
parentPort!.postMessage(scored, [
  scored.a.buffer as ArrayBuffer,
  scored.b.buffer as ArrayBuffer,
  scored.weight.buffer as ArrayBuffer,
])
