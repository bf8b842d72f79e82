import { on } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Model } from './model.ts'
import { type CsvRow, readCsv, UnreadableFile } from './read-csv.ts'
import { DuplicateRecord, type SharedTable, type Table, TableBuilder, tableFromShared } from './table.ts'

export interface LoadedTable {
  readonly table: Table
  /** Columns that the model reads and the file does not have. */
  readonly missing: readonly string[]
  /** Values of the truth column by record, when one was asked for. */
  readonly truth: readonly string[] | undefined
}

export interface LoadOptions {
  readonly truthColumn?: string
  /** Worker threads, of which at most two are used; 0 reads in this thread. */
  readonly workers: number
  /** Called now and then with the number of records read. */
  readonly progress?: (records: number) => void
}

/** What a loading thread is told. */
export interface LoadJob {
  readonly path: string
  readonly model: Model
  readonly fields: readonly number[]
  readonly truthColumn: string | undefined
  readonly keepIds: boolean
}

/** What it answers: how far it is, then the columns, or why not. */
export type LoadAnswer =
  | { readonly records: number }
  | { readonly table: SharedTable; readonly missing: readonly string[]; readonly truth: readonly string[] | undefined }
  | { readonly zh: string; readonly en: string }

const WORKER = new URL(import.meta.url.endsWith('.ts') ? './load-worker.ts' : './load-worker.js', import.meta.url)
/** Reading makes much short-lived text; a larger young generation spares most of the collector's work. */
const YOUNG_GENERATION_MB = 128

/**
 * Reads a CSV file into a table; the model's columns may be missing except the id and at least one other. With worker threads
 * each of two reads the file and keeps half of the fields: parsing twice costs less than handing the cells over.
 * @throws UnreadableFile when the file or a needed column cannot be read, or a record id is empty or comes twice.
 */
export async function loadTable(path: string, model: Model, options: LoadOptions): Promise<LoadedTable> {
  const { truthColumn, workers, progress = () => {} } = options
  const all = [...model.fields.keys()]
  if (workers === 0) return loadFields({ path, model, fields: all, truthColumn, keepIds: true }, progress)
  const shares =
    workers === 1 ? [all] : [all.filter((field) => field % 2 === 1), all.filter((field) => field % 2 === 0)]
  const threads = shares.map(
    (fields, share) =>
      new Worker(WORKER, {
        workerData: { path, model, fields, truthColumn, keepIds: share === 0 } satisfies LoadJob,
        resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
      }),
  )
  try {
    const loaded = await Promise.all(threads.map((thread) => answerOf(thread, progress)))
    const [first] = loaded as [(typeof loaded)[number]]
    const columns: Table['columns'][number][] = []
    loaded.forEach(({ table }, share) => {
      const part = tableFromShared(model, table, shares[share])
      for (const [index, field] of shares[share]!.entries()) columns[field] = part.columns[index]!
    })
    return { ...first, table: { ...tableFromShared(model, first.table, shares[0]), columns } }
  } finally {
    await Promise.all(threads.map((thread) => thread.terminate()))
  }
}

async function answerOf(thread: Worker, progress: (records: number) => void) {
  const answers = on(thread, 'message') as AsyncIterable<[LoadAnswer]>
  for await (const [answer] of answers) {
    if ('records' in answer) progress(answer.records)
    else if ('table' in answer) return answer
    else throw new UnreadableFile(answer.zh, answer.en)
  }
  throw new Error('A loading thread ended without an answer')
}

/** Reads some of the model's fields in this thread. */
export async function loadFields(job: LoadJob, progress: (records: number) => void): Promise<LoadedTable> {
  const { path, model, fields, truthColumn, keepIds } = job
  const builder = new TableBuilder(model, fields, keepIds)
  const truth: string[] = []
  let missing: readonly string[] = []
  let count = 0
  for await (const rows of readCsv(path)) {
    if (count === 0 && rows[0]) missing = checkColumns(path, model, rows[0], truthColumn)
    for (const row of rows) {
      addRow(path, builder, model, row)
      if (truthColumn !== undefined) truth.push(cellOf(row, truthColumn))
    }
    count += rows.length
    progress(count)
  }
  return { table: builder.build(), missing, truth: truthColumn === undefined ? undefined : truth }
}

function cellOf({ cells, columns }: CsvRow, column: string): string {
  const index = columns.get(column)
  return (index === undefined ? undefined : cells[index]) ?? ''
}

function checkColumns(path: string, model: Model, row: CsvRow, truthColumn: string | undefined): string[] {
  const has = (column: string) => row.columns.has(column)
  const list = [...row.columns.keys()].join(', ')
  const used = model.fields.flatMap(({ name, columns, companion }) => [
    ...(columns ?? [name]),
    ...(companion ? [companion] : []),
  ])
  for (const column of [model.idColumn, ...(truthColumn === undefined ? [] : [truthColumn])]) {
    if (!has(column)) {
      throw new UnreadableFile(
        `${path}：缺少列 ${column}；文件中的列：${list}`,
        `${path}: no column "${column}"; the file has: ${list}`,
      )
    }
  }
  if (!used.some(has)) {
    throw new UnreadableFile(
      `${path}：没有模型 ${model.name} 使用的任何列（${used.join(', ')}）；文件中的列：${list}`,
      `${path}: none of the columns of the model ${model.name} (${used.join(', ')}); the file has: ${list}`,
    )
  }
  return [...new Set(used.filter((column) => !has(column)))]
}

function addRow(path: string, builder: TableBuilder, model: Model, row: CsvRow): void {
  const id = cellOf(row, model.idColumn).trim()
  if (id === '') {
    throw new UnreadableFile(
      `${path}：第 ${row.number} 条记录没有 ${model.idColumn}`,
      `${path}: record ${row.number} has no ${model.idColumn}`,
    )
  }
  try {
    builder.add(id, (column) => cellOf(row, column))
  } catch (error) {
    if (!(error instanceof DuplicateRecord)) throw error
    throw new UnreadableFile(
      `${path}：${model.idColumn} 重复：${id}（第 ${row.number} 条记录）`,
      `${path}: the ${model.idColumn} ${id} comes twice (record ${row.number})`,
    )
  }
}
