import { hash } from 'node:crypto'

const BLOCK_BYTES = 64
const DIGEST_BYTES = 32
const LONGEST_USUAL_BYTES = 1024
/** Written and read at once. */
const LEADING = Buffer.alloc(8)

/**
 * HMAC-SHA256 under one key (RFC 2104), made of two digests with a padded key before each: Node.js makes an object with a stream
 * for every HMAC, which costs twice as much as the computation, and a driver has a dozen blocking keys.
 */
export class HmacSha256 {
  private readonly inner: Buffer
  private readonly outer: Buffer

  /** @param key of at most 64 bytes */
  constructor(key: Buffer) {
    if (key.length > BLOCK_BYTES) throw new RangeError('the key is longer than a block')
    this.inner = padded(key, 0x36, LONGEST_USUAL_BYTES)
    this.outer = padded(key, 0x5c, DIGEST_BYTES)
  }

  /** The code of a text in UTF-8, 32 bytes. */
  of(text: string): Buffer {
    this.outer.write(this.digestInside(text), BLOCK_BYTES, 'binary')
    return Buffer.from(hash('sha256', this.outer, 'binary'), 'binary')
  }

  /** The first eight bytes of {@link of} as a signed number, most significant byte first. */
  leading64(text: string): bigint {
    this.outer.write(this.digestInside(text), BLOCK_BYTES, 'binary')
    LEADING.write(hash('sha256', this.outer, 'binary'), 0, LEADING.length, 'binary')
    return LEADING.readBigInt64BE()
  }

  private digestInside(text: string): string {
    // At most three bytes are written for a UTF-16 unit.
    if (3 * text.length > LONGEST_USUAL_BYTES) {
      return hash('sha256', Buffer.concat([this.inner.subarray(0, BLOCK_BYTES), Buffer.from(text)]), 'binary')
    }
    const length = BLOCK_BYTES + this.inner.write(text, BLOCK_BYTES)
    return hash('sha256', this.inner.subarray(0, length), 'binary')
  }
}

/** The key's block with every byte changed by `pad`, and room behind it. */
function padded(key: Buffer, pad: number, room: number): Buffer {
  const bytes = Buffer.alloc(BLOCK_BYTES + room)
  bytes.fill(pad, 0, BLOCK_BYTES)
  for (const [at, byte] of key.entries()) bytes[at] = byte ^ pad
  return bytes
}
