import { stat } from 'node:fs/promises'
import { BrokenCsv, CsvSplitter } from './csv-splitter.ts'
import { bytesOf, detectEncoding, type Encoding, UnreadableFile } from './text-encoding.ts'

/** A row's cells by column number; `columns` maps a header to its number. */
export interface CsvRow {
  readonly cells: readonly string[]
  readonly columns: ReadonlyMap<string, number>
  /** 1 for the first record after the header. */
  readonly number: number
}

/** A stretch of a CSV file's bytes, whole records; with the header's bytes in front it is a file by itself. */
export interface CsvPart {
  readonly encoding: Encoding
  readonly headerEnd: number
  readonly start: number
  readonly end: number
}

/**
 * Reads a CSV file with a header row, row by row, or a part of one. Headers are trimmed; rows may be short, not long; every
 * other departure from CSV is an error with its record. Cells may keep the text around them alive: copy what is to last.
 * @throws UnreadableFile
 */
export async function* readCsv(path: string, part?: CsvPart): AsyncGenerator<readonly CsvRow[]> {
  let columns: Map<string, number> | undefined
  let width = 0
  let number = 0
  for await (const records of recordsOf(path, part, () => number + 1)) {
    const rows: CsvRow[] = []
    for (const cells of records) {
      if (columns) {
        rows.push({ cells, columns, number: ++number })
        if (cells.length > width) throw broken(path, number, `${cells.length} cells under ${width} headers`)
      } else {
        columns = headerOf(path, cells)
        width = cells.length
      }
    }
    if (rows.length > 0) yield rows
  }
  if (!columns) throw new UnreadableFile(`${path}：文件是空的`, `${path}: the file is empty`)
  if (number === 0) throw new UnreadableFile(`${path}：只有表头，没有记录`, `${path}: a header and no records`)
}

async function* recordsOf(path: string, part: CsvPart | undefined, number: () => number) {
  const decoder = new TextDecoder(part?.encoding ?? (await detectEncoding(path)))
  const splitter = new CsvSplitter()
  const stretches = part ? [bytesOf(path, 0, part.headerEnd), bytesOf(path, part.start, part.end)] : [bytesOf(path)]
  try {
    for (const stretch of stretches) {
      for await (const bytes of stretch) yield splitter.push(decoder.decode(bytes, { stream: true }))
    }
    yield splitter.push(decoder.decode())
    yield splitter.push()
  } catch (error) {
    if (error instanceof BrokenCsv) throw broken(path, number(), error.message)
    throw error
  }
}

function broken(path: string, number: number, what: string): UnreadableFile {
  return new UnreadableFile(
    `${path}：第 ${number} 条记录起 CSV 格式有误：${what}`,
    `${path}: broken CSV from record ${number} on: ${what}`,
  )
}

function headerOf(path: string, cells: readonly string[]): Map<string, number> {
  const names = cells.map((cell) => cell.trim())
  const twice = names.find((name, index) => name !== '' && names.indexOf(name) !== index)
  if (twice) throw new UnreadableFile(`${path}：有两列都叫 ${twice}`, `${path}: two columns are called "${twice}"`)
  return new Map(names.map((name, index) => [name, index]))
}

const NEWLINE = 0x0a
const QUOTE = 0x22

/**
 * Cuts a CSV file into at most `count` parts of like size, at the ends of lines that no quote encloses. UTF-16 stays whole.
 * @throws UnreadableFile when the encoding can't be told.
 */
export async function cutCsv(path: string, count: number): Promise<CsvPart[]> {
  const encoding = await detectEncoding(path)
  const { size } = await stat(path)
  const borders: number[] = []
  if (encoding !== 'utf-16le') {
    let position = 0
    let quoted = false
    // The end of the first line is the header's, the others are those after each share of the bytes.
    let sought = 0
    for await (const bytes of bytesOf(path)) {
      for (let i = 0; i < bytes.length; i++) {
        if (bytes[i] === QUOTE) quoted = !quoted
        else if (bytes[i] === NEWLINE && !quoted && position + i >= sought) {
          borders.push(position + i + 1)
          sought = borders.length < count ? Math.floor((size * borders.length) / count) : Number.POSITIVE_INFINITY
        }
      }
      position += bytes.length
    }
  }
  const headerEnd = borders[0] ?? 0
  const ends = [...borders.slice(1), size].filter((end, i, all) => end > (all[i - 1] ?? headerEnd))
  return ends.map((end, i) => ({ encoding, headerEnd, start: ends[i - 1] ?? headerEnd, end }))
}
