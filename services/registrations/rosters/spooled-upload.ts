import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Encoding, encodingOf, type NoText } from '#libs/linkage'
import { DomainError } from '#libs/platform'

/** A million rows have about 150 MB. */
const MOST_BYTES = 512 * 1024 * 1024

const tooLarge = new DomainError('invalid', 'roster_too_large', {
  zh: '文件超过 512 MB，请分成几个文件导入',
  en: 'The file exceeds 512 MB: import it in parts',
})

const noText: Readonly<Record<NoText, DomainError>> = {
  workbook: new DomainError('unprocessable', 'roster_no_text', {
    zh: '这是工作簿或压缩包，不是 CSV：请在表格软件里另存为“CSV UTF-8”',
    en: 'This is a workbook or an archive, no CSV: save the sheet as CSV UTF-8',
  }),
  unknown: new DomainError('unprocessable', 'roster_encoding', {
    zh: '既不是 UTF-8 也不是 GB 18030 编码，请另存为“CSV UTF-8”',
    en: 'Neither UTF-8 nor GB 18030: save it as CSV UTF-8',
  }),
  empty: new DomainError('unprocessable', 'roster_empty', {
    zh: '文件是空的，请核对后重新上传',
    en: 'The file is empty: check it and upload it again',
  }),
}

interface Secret {
  readonly key: Buffer
  readonly iv: Buffer
}

/**
 * An upload on disk, to be read more than once: the encoding shows at the end only. It is encrypted with a key that
 * only this object holds, so that a killed process leaves no names behind.
 */
export class SpooledUpload {
  private constructor(
    private readonly path: string,
    private readonly secret: Secret,
    readonly encoding: Encoding,
  ) {}

  /** @throws {DomainError} for what is too large, empty, or no text */
  static async from(upload: Readable): Promise<SpooledUpload> {
    const path = join(tmpdir(), `ruhui-roster-${randomUUID()}`)
    const secret = { key: randomBytes(32), iv: randomBytes(16) }
    let bytes = 0
    try {
      await pipeline(
        upload,
        async function* (chunks: AsyncIterable<Buffer>) {
          for await (const chunk of chunks) {
            bytes += chunk.length
            if (bytes > MOST_BYTES) throw tooLarge
            yield chunk
          }
        },
        createCipheriv('aes-256-ctr', secret.key, secret.iv),
        createWriteStream(path, { mode: 0o600, flags: 'wx' }),
      )
      const seen = await encodingOf(() => plainBytes(path, secret))
      if ('fault' in seen) throw noText[seen.fault]
      return new SpooledUpload(path, secret, seen.encoding)
    } catch (error) {
      await rm(path, { force: true })
      throw error
    }
  }

  /** The text, in pieces, without its byte-order mark. */
  async *text(): AsyncGenerator<string> {
    const decoder = new TextDecoder(this.encoding, { fatal: true })
    for await (const chunk of plainBytes(this.path, this.secret)) yield decoder.decode(chunk, { stream: true })
    yield decoder.decode()
  }

  async remove(): Promise<void> {
    await rm(this.path, { force: true })
  }
}

async function* plainBytes(path: string, { key, iv }: Secret): AsyncGenerator<Buffer> {
  const bytes = createReadStream(path, { highWaterMark: 1 << 18 })
  const plain = createDecipheriv('aes-256-ctr', key, iv)
  bytes.on('error', (error) => plain.destroy(error))
  try {
    yield* bytes.pipe(plain)
  } finally {
    bytes.destroy()
  }
}
