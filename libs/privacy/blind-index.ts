import { createHmac, hkdfSync } from 'node:crypto'
import type { KeyRing } from './key-ring.ts'

/** Bytes of a blind key: 128 bits, far beyond chance collisions. */
const BYTES = 16

/**
 * Finds equal personal data without keeping it: HMAC-SHA256 under a key of its own for every kind (HKDF-SHA256 of the
 * ring's key), cut to 16 bytes. Two kinds never meet, and without the key nothing can be guessed. What a blind index
 * gives away is which records are equal: never index what only few values have, such as a surname or a sex.
 */
export class BlindIndex {
  private readonly derived = new Map<string, Buffer>()

  constructor(private readonly ring: KeyRing) {}

  /** The blind key under the active key. */
  of(kind: string, value: string): Buffer {
    return this.under(this.ring.active, kind, value)
  }

  /** The blind keys under every key of the ring: what to search for while keys are being changed. */
  all(kind: string, value: string): Buffer[] {
    return [...this.ring.keys.keys()].map((id) => this.under(id, kind, value))
  }

  private under(id: number, kind: string, value: string): Buffer {
    return createHmac('sha256', this.keyOf(id, kind)).update(value).digest().subarray(0, BYTES)
  }

  private keyOf(id: number, kind: string): Buffer {
    const name = `${id} ${kind}`
    let key = this.derived.get(name)
    if (!key) {
      key = Buffer.from(hkdfSync('sha256', this.ring.keys.get(id)!, '', `ruhui blind index ${kind}`, 32))
      this.derived.set(name, key)
    }
    return key
  }
}
