import { Readable } from 'node:stream'
import { type CsvError, parse } from 'csv-parse'
import { DomainError } from '#libs/platform'
import type { Remark } from './lead-values.ts'
import { type Cells, type Column, columnOf } from './roster-columns.ts'

/** One row of a list: its cells, or why it can't be read. */
export interface Row {
  /** In the file, as an editor counts; the header is line 1. */
  readonly line: number
  readonly cells: Cells | undefined
  readonly fault: Remark | undefined
}

/** No row of a list is longer; a quote that is never closed must not gather the whole file. */
const LONGEST_ROW = 16 * 1024

const faults = {
  tooMany: { code: 'row.columns', zh: '这一行比表头多出几列，请核对', en: 'The row has more columns than the header' },
  quote: {
    code: 'row.quote',
    zh: '一格里有换行：可能在前面几行有引号没有闭合，这几行都没有采用，请核对',
    en: 'A cell goes over several lines: a quote before may not be closed. None of these lines is taken: check them',
  },
  json: {
    code: 'row.json',
    zh: '这一行不是有效的 JSON 对象，请核对',
    en: 'The line is no valid JSON object: check it',
  },
}

/** Reads a list, CSV with a header or JSON lines, row by row, no faster than they are taken. @throws {DomainError} */
export async function* readRows(text: AsyncIterable<string>): AsyncGenerator<Row> {
  const pieces = text[Symbol.asyncIterator]()
  let start = ''
  while (start.trim() === '') {
    const { value, done } = await pieces.next()
    if (done) break
    start += value
  }
  const all = joined(start, pieces)
  yield* start.trimStart().startsWith('{') ? jsonRows(all) : csvRows(all)
}

async function* joined(start: string, rest: AsyncIterator<string>): AsyncGenerator<string> {
  yield start
  for (;;) {
    const { value, done } = await rest.next()
    if (done) return
    yield value
  }
}

async function* csvRows(text: AsyncIterable<string>): AsyncGenerator<Row> {
  // Quotes that mean nothing are taken as they stand: the checks of the values tell of them, row by row.
  const parser = parse({
    delimiter: [',', '\t'],
    info: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: LONGEST_ROW,
  })
  const source = Readable.from(text)
  source.on('error', (error) => parser.destroy(error))
  let columns: readonly (Column | undefined)[] | undefined
  try {
    for await (const { record, info } of source.pipe(parser) as AsyncIterable<CsvRecord>) {
      if (!columns) columns = headerOf(record)
      else if (record.every((cell) => cell.trim() === '')) continue
      else if (record.length > columns.length) yield faultAt(info.lines, faults.tooMany)
      else if (record.some((cell) => /[\r\n]/.test(cell))) yield faultAt(info.lines, faults.quote)
      else yield { line: info.lines, cells: cellsOf(columns, record), fault: undefined }
    }
  } catch (error) {
    if (!isCsvError(error)) throw error
    throw unreadable(Number((error as { lines?: number }).lines ?? 0))
  } finally {
    source.destroy()
  }
}

interface CsvRecord {
  readonly record: readonly string[]
  readonly info: { readonly lines: number }
}

function headerOf(record: readonly string[]): (Column | undefined)[] {
  const columns = record.map(columnOf)
  const twice = columns.find((column, at) => column !== undefined && columns.indexOf(column) !== at)
  if (twice) {
    throw new DomainError('unprocessable', 'roster_column_twice', {
      zh: `有两列都是“${twice}”，请删去一列`,
      en: `Two columns are "${twice}": remove one`,
    })
  }
  if (columns.some((column) => column !== undefined && column !== 'platform')) return columns
  throw new DomainError('unprocessable', 'roster_header', {
    zh: '第一行应是表头，例如：司机ID,姓名,身份证号,手机号,车牌号',
    en: 'The first line must be a header, such as platform_driver_id,name,resident_id,mobile,plate',
  })
}

function cellsOf(columns: readonly (Column | undefined)[], record: readonly string[]): Cells {
  return Object.fromEntries(columns.flatMap((column, at) => (column ? [[column, record[at] ?? '']] : [])))
}

async function* jsonRows(text: AsyncIterable<string>): AsyncGenerator<Row> {
  let line = 0
  for await (const row of linesIn(text)) {
    line++
    if (row.trim() === '') continue
    const cells = objectIn(row)
    yield cells ? { line, cells, fault: undefined } : faultAt(line, faults.json)
  }
}

function objectIn(line: string): Cells | undefined {
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    return Object.fromEntries(
      Object.entries(value).flatMap(([name, cell]) => {
        const column = columnOf(name)
        return column && cell !== null ? [[column, String(cell)]] : []
      }),
    )
  } catch {
    return undefined
  }
}

/** @throws {DomainError} for a line without end */
async function* linesIn(text: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = ''
  let line = 0
  for await (const piece of text) {
    const lines = (rest + piece).split(/\r?\n/)
    rest = lines.pop()!
    line += lines.length
    yield* lines
    if (rest.length > LONGEST_ROW) throw unreadable(line + 1)
  }
  yield rest
}

function faultAt(line: number, fault: Omit<Remark, 'field'>): Row {
  return { line, cells: undefined, fault: { field: 'row', ...fault } }
}

function unreadable(line: number): DomainError {
  return new DomainError('unprocessable', 'roster_broken', {
    zh: `第 ${line} 行附近无法读取（引号没有闭合，或一行过长），请核对后重新导入`,
    en: `Can't be read near line ${line}: a quote that is never closed, or a row too long. Mend it and import again`,
  })
}

function isCsvError(error: unknown): error is CsvError {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('CSV_')
}
