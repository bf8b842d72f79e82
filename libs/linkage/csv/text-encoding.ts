import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'

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

/** The bytes of a file from `start` to before `end`, in large pieces. */
export async function* bytesOf(path: string, start = 0, end = Number.POSITIVE_INFINITY): AsyncGenerator<Buffer> {
  if (end > start) yield* createReadStream(path, { start, end: end - 1, highWaterMark: 1 << 20 })
}

/**
 * The encoding of a text file: by its byte-order mark, else UTF-8 if every byte fits, else GB 18030.
 * @throws UnreadableFile for an empty file, a workbook or archive, or bytes that are neither.
 */
export async function detectEncoding(path: string): Promise<Encoding> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    const missing = error.code === 'ENOENT'
    throw new UnreadableFile(
      missing ? `${path}：没有这个文件` : `${path}：无法打开（${error.code}）`,
      missing ? `${path}: no such file` : `${path}: can't be opened (${error.code})`,
    )
  })
  if (found.isDirectory()) throw new UnreadableFile(`${path}：这是一个文件夹`, `${path}: this is a folder`)
  for await (const start of bytesOf(path, 0, 4)) {
    const marked = byMark(path, start)
    if (marked) return marked
    for (const encoding of ['utf-8', 'gb18030'] as const) if (await decodesAs(encoding, path)) return encoding
    throw new UnreadableFile(
      `${path}：既不是 UTF-8 也不是 GB 18030 编码，请另存为“CSV UTF-8”`,
      `${path}: neither UTF-8 nor GB 18030; save it as CSV UTF-8`,
    )
  }
  throw new UnreadableFile(`${path}：文件是空的`, `${path}: the file is empty`)
}

async function decodesAs(encoding: Encoding, path: string): Promise<boolean> {
  const decoder = new TextDecoder(encoding, { fatal: true })
  try {
    for await (const bytes of bytesOf(path)) decoder.decode(bytes, { stream: true })
    // Nothing more ends the text: a character cut off there is an error.
    decoder.decode()
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return false
    throw error
  }
}

function byMark(path: string, bytes: Buffer): Encoding | undefined {
  const mark = bytes.toString('hex')
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
