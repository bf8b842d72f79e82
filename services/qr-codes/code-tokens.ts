import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** Crockford's base 32: no I, L, O, U, so that a token can be read out on the phone. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const ID_BYTES = 5
const MAC_BYTES = 5

/**
 * The tokens in the links of codes: a random number and a truncated HMAC of it, 16 characters in all, so that a guessed
 * or mistyped token is refused without a look into the database.
 *
 * A signature proves that we issued the token; it can't stop somebody from pasting another poster over ours.
 */
export class CodeTokens {
  constructor(private readonly key: Buffer) {}

  issue(): string {
    const id = randomBytes(ID_BYTES)
    return encode(Buffer.concat([id, this.mac(id)]))
  }

  /** The canonical form of a genuine token; undefined for anything else. Reads small letters, O as 0, I and L as 1. */
  recognise(text: string): string | undefined {
    const token = text.toUpperCase().replaceAll('O', '0').replace(/[IL]/g, '1')
    const bytes = decode(token)
    if (!bytes) return undefined
    const genuine = timingSafeEqual(bytes.subarray(ID_BYTES), this.mac(bytes.subarray(0, ID_BYTES)))
    return genuine ? token : undefined
  }

  private mac(id: Buffer): Buffer {
    return createHmac('sha256', this.key).update(id).digest().subarray(0, MAC_BYTES)
  }
}

function encode(bytes: Buffer): string {
  let text = ''
  for (let bits = BigInt(`0x${bytes.toString('hex')}`), left = (bytes.length * 8) / 5; left > 0; left--, bits >>= 5n) {
    text = ALPHABET[Number(bits & 31n)] + text
  }
  return text
}

function decode(token: string): Buffer | undefined {
  if (token.length !== ((ID_BYTES + MAC_BYTES) * 8) / 5) return undefined
  let bits = 0n
  for (const letter of token) {
    const value = ALPHABET.indexOf(letter)
    if (value < 0) return undefined
    bits = (bits << 5n) | BigInt(value)
  }
  return Buffer.from(bits.toString(16).padStart((ID_BYTES + MAC_BYTES) * 2, '0'), 'hex')
}
