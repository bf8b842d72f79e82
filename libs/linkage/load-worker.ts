import { parentPort, workerData } from 'node:worker_threads'
import { type LoadAnswer, type LoadJob, loadFields } from './load-table.ts'
import { UnreadableFile } from './read-csv.ts'
import { shareTable } from './table.ts'

/** Worker thread of {@link loadTable}. */
const answer = (message: LoadAnswer) => parentPort!.postMessage(message)
try {
  const { table, missing, truth } = await loadFields(workerData as LoadJob, (records) => answer({ records }))
  const memory = shareTable(table)
  const columns = memory.columns.map((column, index) => ({ ...column, parts: table.columns[index]!.parts }))
  answer({ table: { ...memory, columns }, missing, truth })
} catch (error) {
  if (!(error instanceof UnreadableFile)) throw error
  answer({ zh: error.zh, en: error.en })
}
