import { type CsvPart, type CsvRow, readCsv } from '../csv/read-csv.ts'
import { UnreadableFile } from '../csv/text-encoding.ts'
import type { Model } from '../model/model.ts'
import { type SharedTable, shareTable, type Table } from './table.ts'
import { DuplicateRecord, TableBuilder } from './table-builder.ts'

/** The records of a file. */
export interface LoadedTable {
  readonly table: Table
  /** Columns that the model reads and the file does not have. */
  readonly missing: readonly string[]
  /** Values of the truth column by record, when one was asked for. */
  readonly truth: readonly string[] | undefined
}

/** What to read, and into what. */
export interface LoadJob {
  readonly path: string
  /** Without it, the whole file. */
  readonly part?: CsvPart
  readonly model: Model
  readonly truthColumn: string | undefined
}

/** Reads a file, or a part of one, in this thread. */
export async function loadRecords(
  { path, part, model, truthColumn }: LoadJob,
  progress: (records: number) => void,
): Promise<LoadedTable> {
  const builder = new TableBuilder(model)
  const truth: string[] = []
  let missing: readonly string[] | undefined
  for await (const rows of readCsv(path, part)) {
    missing ??= checkColumns(path, model, rows[0]!, truthColumn)
    for (const row of rows) {
      addRow(path, builder, model, row)
      if (truthColumn !== undefined) truth.push(cellOf(row, truthColumn))
    }
    progress(rows.length)
  }
  return { table: builder.build(), missing: missing ?? [], truth: truthColumn === undefined ? undefined : truth }
}

/** What a loading thread answers: its part of the table, or nothing when its part of the file is not as it should be. */
export type LoadedPart = (Omit<LoadedTable, 'table'> & { readonly table: SharedTable }) | undefined

/** {@link loadRecords} for a worker thread, which adds the records it has read to `counter`. */
export async function loadPart(job: LoadJob & { readonly counter: SharedArrayBuffer }): Promise<LoadedPart> {
  const counter = new Int32Array(job.counter)
  try {
    const { table, ...loaded } = await loadRecords(job, (records) => Atomics.add(counter, 0, records))
    return { ...loaded, table: shareTable(table) }
  } catch (error) {
    if (error instanceof UnreadableFile) return undefined
    throw error
  }
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
