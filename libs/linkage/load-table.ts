import type { Model } from './model.ts'
import { type CsvRow, readCsv, UnreadableFile } from './read-csv.ts'
import { DuplicateRecord, type Table, TableBuilder } from './table.ts'

export interface LoadedTable {
  readonly table: Table
  /** Columns that the model reads and the file does not have. */
  readonly missing: readonly string[]
  /** Values of the truth column by record, when one was asked for. */
  readonly truth: readonly string[] | undefined
}

/**
 * Reads a CSV file into a table; the model's columns may be missing except the id and at least one other.
 * @throws UnreadableFile when the file or a needed column cannot be read, or a record id is empty or comes twice.
 */
export async function loadTable(
  path: string,
  model: Model,
  truthColumn: string | undefined,
  progress: (records: number) => void,
): Promise<LoadedTable> {
  const builder = new TableBuilder(model)
  const truth: string[] = []
  let missing: readonly string[] = []
  let checked = false
  let count = 0
  for await (const rows of readCsv(path)) {
    for (const row of rows) {
      if (!checked) {
        missing = checkColumns(path, model, row, truthColumn)
        checked = true
      }
      addRow(path, builder, model, row)
      if (truthColumn !== undefined) truth.push(cellOf(row, truthColumn))
      count++
    }
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
