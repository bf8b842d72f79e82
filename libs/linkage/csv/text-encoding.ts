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
 * The encoding of a text file, see {@link encodingOf}.
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
  const seen = await encodingOf(() => bytesOf(path))
  if ('encoding' in seen) return seen.encoding
  const { zh, en } = saidOf[seen.fault]
  throw new UnreadableFile(`${path}：${zh}`, `${path}: ${en}`)
}

/** Why bytes are no text: none at all, a workbook or an archive, or an encoding that is not known. */
export type NoText = 'empty' | 'workbook' | 'unknown'

const saidOf: Readonly<Record<NoText, { readonly zh: string; readonly en: string }>> = {
  empty: { zh: '文件是空的', en: 'the file is empty' },
  workbook: {
    zh: '这是工作簿或压缩包，不是 CSV，请另存为“CSV UTF-8”',
    en: 'this is a workbook or an archive, not CSV; save the sheet as CSV UTF-8',
  },
  unknown: {
    zh: '既不是 UTF-8 也不是 GB 18030 编码，请另存为“CSV UTF-8”',
    en: 'neither UTF-8 nor GB 18030; save it as CSV UTF-8',
  },
}

/**
 * The encoding of bytes that can be read again: the one of their mark, else UTF-8, else GB 18030; in each case only if every
 * byte fits.
 */
export async function encodingOf(
  bytes: () => AsyncIterable<Buffer>,
): Promise<{ readonly encoding: Encoding } | { readonly fault: NoText }> {
  const mark = await startOf(bytes())
  if (mark === '') return { fault: 'empty' }
  if (mark === '504b0304' || mark === 'd0cf11e0') return { fault: 'workbook' }
  for (const encoding of byMark(mark)) if (await decodesAs(encoding, bytes())) return { encoding }
  return { fault: 'unknown' }
}

function byMark(mark: string): readonly Encoding[] {
  if (mark.startsWith('efbbbf')) return ['utf-8']
  return mark.startsWith('fffe') ? ['utf-16le'] : ['utf-8', 'gb18030']
}

/** The first four bytes, in hex. */
async function startOf(bytes: AsyncIterable<Buffer>): Promise<string> {
  let start = Buffer.alloc(0)
  for await (const chunk of bytes) {
    start = Buffer.concat([start, chunk.subarray(0, 4)])
    if (start.length >= 4) break
  }
  return start.subarray(0, 4).toString('hex')
}

async function decodesAs(encoding: Encoding, bytes: AsyncIterable<Buffer>): Promise<boolean> {
  const decoder = new TextDecoder(encoding, { fatal: true })
  try {
    for await (const chunk of bytes) decoder.decode(chunk, { stream: true })
    // Nothing more ends the text: a character cut off there is an error.
    decoder.decode()
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return false
    throw error
  }
}
