import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Tasks } from './tasks.ts'

type Job<T extends keyof Tasks> = Parameters<Tasks[T]>[0]
type Answer<T extends keyof Tasks> = Awaited<ReturnType<Tasks[T]>>

/** What a thread is sent. */
export interface Assignment<T extends keyof Tasks = keyof Tasks> {
  readonly task: T
  readonly job: Job<T>
}

/** True when this code was compiled, so that Node runs it as it is; threads run sources only where a loader is there too. */
export const COMPILED = import.meta.url.endsWith('.js')

const WORKER = new URL(COMPILED ? './worker.js' : './worker.ts', import.meta.url)
/** Reading text makes many short-lived objects; a larger young generation spares most of the collector's work. */
const YOUNG_GENERATION_MB = 64

/**
 * Worker threads that share the heavy stages of an offline run. They need code that Node runs as it is ({@link COMPILED}, or a
 * loader). What is large in jobs and answers should be in shared memory.
 */
export class WorkThreads {
  private readonly threads: readonly Worker[]

  constructor(readonly count: number) {
    const resourceLimits = { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB }
    this.threads = Array.from({ length: count }, () => new Worker(WORKER, { resourceLimits }))
  }

  /** Does a task's jobs, each on the next free thread; one call at a time. The answers are in the order of the jobs. */
  async run<T extends keyof Tasks>(task: T, jobs: readonly Job<T>[]): Promise<Answer<T>[]> {
    const answers: Answer<T>[] = []
    let next = 0
    await Promise.all(
      this.threads.map(async (thread) => {
        while (next < jobs.length) {
          const index = next++
          thread.postMessage({ task, job: jobs[index]! } satisfies Assignment<T>)
          ;[answers[index]!] = (await once(thread, 'message')) as [Answer<T>]
        }
      }),
    )
    return answers
  }

  async close(): Promise<void> {
    await Promise.all(this.threads.map((thread) => thread.terminate()))
  }
}

/** Follows a number that threads count up, until their work ends. */
export async function followed<A>(
  work: (counter: SharedArrayBuffer) => Promise<A>,
  progress: (count: number) => void,
): Promise<A> {
  const counter = new SharedArrayBuffer(4)
  const ticking = setInterval(() => progress(new Int32Array(counter)[0]!), 500)
  try {
    return await work(counter)
  } finally {
    clearInterval(ticking)
  }
}
