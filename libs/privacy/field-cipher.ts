import { createCipheriv, createDecipheriv, randomFillSync } from 'node:crypto'
import type { KeyRing } from './key-ring.ts'

const FORMAT = 1
const HEAD_BYTES = 2
const IV_BYTES = 12
const TAG_BYTES = 16

/**
 * Encrypts personal data for rest and for events: AES-256-GCM with a random 96-bit IV (NIST SP 800-38D). The result is
 * base64url of `format (1 byte) · key number (1) · IV (12) · ciphertext · tag (16)`.
 *
 * `context` names the record that the data belongs to and is authenticated with it: a sealed text that is moved to
 * another record does not open.
 */
export class FieldCipher {
  constructor(private readonly ring: KeyRing) {}

  seal(plaintext: string, context: string): string {
    const id = this.ring.active
    const iv = randomFillSync(Buffer.allocUnsafe(IV_BYTES))
    const cipher = createCipheriv('aes-256-gcm', this.ring.keys.get(id)!, iv)
    cipher.setAAD(Buffer.from(context))
    const parts = [Buffer.of(FORMAT, id), iv, cipher.update(plaintext, 'utf8'), cipher.final(), cipher.getAuthTag()]
    return Buffer.concat(parts).toString('base64url')
  }

  /** @throws {SealedDataError} `format`, `unknown_key`, or `tampered`: another key, another context, or changed data */
  open(sealed: string, context: string): string {
    const bytes = Buffer.from(sealed, 'base64url')
    const whole = bytes.length >= HEAD_BYTES + IV_BYTES + TAG_BYTES && bytes[0] === FORMAT
    // Buffer skips what is no base64url; of one sealed text there is one spelling.
    if (!whole || bytes.toString('base64url') !== sealed) throw new SealedDataError('format')
    const key = this.ring.keys.get(bytes[1]!)
    if (!key) throw new SealedDataError('unknown_key')
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(HEAD_BYTES, HEAD_BYTES + IV_BYTES))
    decipher.setAAD(Buffer.from(context))
    decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES))
    const text = decipher.update(bytes.subarray(HEAD_BYTES + IV_BYTES, bytes.length - TAG_BYTES))
    try {
      // GCM leaves nothing for the end: all that `final` does is to check the tag.
      decipher.final()
    } catch {
      throw new SealedDataError('tampered')
    }
    return text.toString()
  }
}

/** Sealed data that does not open; says nothing of its content. */
export class SealedDataError extends Error {
  override readonly name = 'SealedDataError'

  constructor(readonly code: 'format' | 'unknown_key' | 'tampered') {
    super(`sealed data does not open: ${code}`)
  }
}
