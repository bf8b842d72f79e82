import { z } from 'zod'

const KEY_BYTES = 32

/**
 * Keys by number, so that they can be changed while data under the old ones exists. The first key is the active one:
 * new data is written with it; the others only read.
 */
export class KeyRing {
  private constructor(
    /** Number of the active key, 1–255. */
    readonly active: number,
    readonly keys: ReadonlyMap<number, Buffer>,
  ) {}

  /** Reads `2:<32 bytes as base64>,1:<…>`. @throws {Error} that says what is wrong, never the key itself */
  static parse(text: string): KeyRing {
    const keys = new Map<number, Buffer>()
    for (const part of text.split(',')) {
      const [, number, base64] = /^\s*(\d{1,3}):([A-Za-z0-9+/]+=*)\s*$/.exec(part) ?? []
      const key = Buffer.from(base64 ?? '', 'base64')
      const id = Number(number)
      if (!(id >= 1 && id <= 255)) throw new Error('a key ring reads <number 1-255>:<base64>,…')
      if (key.length !== KEY_BYTES) throw new Error(`key ${id} has ${key.length} bytes instead of ${KEY_BYTES}`)
      if (keys.has(id)) throw new Error(`key ${id} occurs twice`)
      keys.set(id, key)
    }
    const [active] = keys.keys()
    return new KeyRing(active!, keys)
  }
}

/** A key ring as configuration: a faulty one is refused under the name of its variable. */
export const keyRingSchema = () =>
  z.string().transform((text, context) => {
    try {
      return KeyRing.parse(text)
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) })
      return z.NEVER
    }
  })
