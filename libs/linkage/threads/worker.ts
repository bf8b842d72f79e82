import { parentPort } from 'node:worker_threads'
import { TASKS } from './tasks.ts'
import type { Assignment } from './work-threads.ts'

/** A thread of WorkThreads: does one job after the other. A fault ends it and reaches whoever waits for the answer. */
parentPort!.on('message', async ({ task, job }: Assignment) => {
  parentPort!.postMessage(await (TASKS[task] as (job: unknown) => unknown)(job))
})
