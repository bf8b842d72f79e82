import { cutCsv } from '../csv/read-csv.ts'
import type { Model } from '../model/model.ts'
import { followed, WorkThreads } from '../threads/work-threads.ts'
import { type LoadedTable, type LoadJob, loadRecords } from './load-records.ts'
import { mergeJobs, tableFromMerged } from './merge-columns.ts'

/** How to read a file. */
export interface LoadOptions {
  readonly truthColumn?: string
  /** Worker threads; 0 reads in this thread. */
  readonly workers: number
  /** Called now and then with the number of records read. */
  readonly progress?: (records: number) => void
}

/**
 * Reads a CSV file into a table; the model's columns may be missing except the id and at least one other. Each worker thread
 * reads a part of the file into a table of its own, then the threads merge those column by column. A file that is not as it
 * should be is read again from the start, in this thread, to say what is wrong and where.
 * @throws UnreadableFile when the file or a needed column cannot be read, or a record id is empty or comes twice.
 */
export async function loadTable(path: string, model: Model, options: LoadOptions): Promise<LoadedTable> {
  const { truthColumn, workers, progress = () => {} } = options
  const job: LoadJob = { path, model, truthColumn }
  if (workers > 0) {
    const threads = new WorkThreads(workers)
    try {
      const loaded = await loadInParts(job, threads, progress)
      if (loaded) return loaded
    } finally {
      await threads.close()
    }
  }
  let count = 0
  return loadRecords(job, (records) => {
    count += records
    progress(count)
  })
}

/** Undefined when a part can't be read or an id comes twice. */
async function loadInParts(
  job: LoadJob,
  threads: WorkThreads,
  progress: (records: number) => void,
): Promise<LoadedTable | undefined> {
  const parts = await cutCsv(job.path, threads.count)
  const loaded = await followed((counter) => {
    const jobs = parts.map((part) => ({ ...job, part, counter }))
    return threads.run('loadPart', jobs)
  }, progress)
  const whole = loaded.filter((part) => part !== undefined)
  const [first] = whole
  if (!first || whole.length < loaded.length) return undefined
  const tables = whole.map(({ table }) => table)
  const table = tableFromMerged(job.model, tables, await threads.run('mergeColumns', mergeJobs(tables)))
  return table && { table, missing: first.missing, truth: first.truth && whole.flatMap(({ truth }) => truth ?? []) }
}
