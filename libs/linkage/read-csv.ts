import { createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { parse } from 'csv-parse'
import iconv from 'iconv-lite'

/** An input file that cannot be read as a table, with what to do about it. */
export class UnreadableFile extends Error {
  override name = 'UnreadableFile'

  constructor(
    readonly zh: string,
    readonly en: string,
  ) {
    super(zh + '\n' + en)
  }
}

export type Encoding = 'utf-8' | 'gb18030' | 'utf-16le'

/**
 * The encoding of a text file: by its byte-order mark, else UTF-8 if every byte fits, else GB 18030.
 * @throws UnreadableFile for an empty file, a workbook or archive, or bytes that are neither.
 */
export async function detectEncoding(path: string): Promise<Encoding> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    const missing = error.code === 'ENOENT'
    throw new UnreadableFile(
      missing ? `${path}：没有这个文件` : `${path}：无法打开（${error.code}）`,
      missing ? `${path}: no such file` : `${path}: can't be opened (${error.code})`,
    )
  })
  try {
    if ((await file.stat()).isDirectory()) {
      throw new UnreadableFile(`${path}：这是一个文件夹`, `${path}: this is a folder`)
    }
    const start = Buffer.alloc(4)
    const { bytesRead } = await file.read(start, 0, start.length, 0)
    if (bytesRead === 0) throw new UnreadableFile(`${path}：文件是空的`, `${path}: the file is empty`)
    const marked = byMark(path, start)
    if (marked) return marked
    for (const encoding of ['utf-8', 'gb18030'] as const) if (await decodesAs(encoding, file)) return encoding
    throw new UnreadableFile(
      `${path}：既不是 UTF-8 也不是 GB 18030 编码，请另存为“CSV UTF-8”`,
      `${path}: neither UTF-8 nor GB 18030; save it as CSV UTF-8`,
    )
  } finally {
    await file.close()
  }
}

async function decodesAs(encoding: Encoding, file: FileHandle): Promise<boolean> {
  const decoder = new TextDecoder(encoding, { fatal: true })
  const chunk = Buffer.alloc(1 << 20)
  try {
    for (let position = 0; ; ) {
      const { bytesRead } = await file.read(chunk, 0, chunk.length, position)
      // Nothing more ends the text: a character cut off there is an error.
      decoder.decode(chunk.subarray(0, bytesRead), { stream: bytesRead > 0 })
      if (bytesRead === 0) return true
      position += bytesRead
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return false
    throw error
  }
}

function byMark(path: string, bytes: Buffer): Encoding | undefined {
  const mark = bytes.subarray(0, 4).toString('hex')
  if (mark.startsWith('efbbbf')) return 'utf-8'
  if (mark.startsWith('fffe')) return 'utf-16le'
  if (mark === '504b0304' || mark === 'd0cf11e0') {
    throw new UnreadableFile(
      `${path}：这是工作簿或压缩包，不是 CSV，请另存为“CSV UTF-8”`,
      `${path}: this is a workbook or an archive, not CSV; save the sheet as CSV UTF-8`,
    )
  }
  return undefined
}

/** A row's cells by column number; `columns` maps a header to its number. */
export interface CsvRow {
  readonly cells: readonly string[]
  readonly columns: ReadonlyMap<string, number>
  /** 1 for the first record after the header. */
  readonly number: number
}

/**
 * Reads a CSV file with a header row, row by row. Headers are trimmed; rows may be short, not long; every other departure from
 * CSV is an error with its line.
 * @throws UnreadableFile
 */
export async function* readCsv(path: string): AsyncGenerator<readonly CsvRow[]> {
  const encoding = await detectEncoding(path)
  const bytes = createReadStream(path, { highWaterMark: 1 << 20 })
  const parser = parse({ bom: true, relax_column_count_less: true, skip_empty_lines: true })
  // The parser reads UTF-8 itself; decoding it first would cost as much as parsing.
  if (encoding === 'utf-8') bytes.pipe(parser)
  else bytes.pipe(iconv.decodeStream(encoding)).pipe(parser)
  let columns: Map<string, number> | undefined
  let number = -1
  let batch: CsvRow[] = []
  try {
    for await (const cells of parser as AsyncIterable<string[]>) {
      number++
      if (!columns) {
        columns = headerOf(path, cells)
        continue
      }
      batch.push({ cells, columns, number })
      if (batch.length === 4096) {
        yield batch
        batch = []
      }
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('CSV_')) {
      throw new UnreadableFile(`${path}：CSV 格式有误：${error.message}`, `${path}: broken CSV: ${error.message}`)
    }
    throw error
  }
  if (number < 0) throw new UnreadableFile(`${path}：文件是空的`, `${path}: the file is empty`)
  if (number === 0) throw new UnreadableFile(`${path}：只有表头，没有记录`, `${path}: a header and no records`)
  yield batch
}

function headerOf(path: string, cells: readonly string[]): Map<string, number> {
  const names = cells.map((cell) => cell.trim())
  const twice = names.find((name, index) => name !== '' && names.indexOf(name) !== index)
  if (twice) throw new UnreadableFile(`${path}：有两列都叫 ${twice}`, `${path}: two columns are called "${twice}"`)
  return new Map(names.map((name, index) => [name, index]))
}
