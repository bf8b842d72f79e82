import { hkdfSync } from 'node:crypto'
import { HmacSha256 } from './hmac-sha256.ts'
import type { KeyRing } from './key-ring.ts'

/** Bytes of a blind key: 128 bits, far beyond chance collisions. */
const BYTES = 16

/** What a blind key is made of; the kinds that several services share, and any of one's own. */
export type BlindKind = 'resident-id' | 'mobile' | 'name-mobile' | (string & {})

/**
 * Finds equal personal data without keeping it: HMAC-SHA256 under a key of its own for every kind (HKDF-SHA256 of the
 * ring's key), cut to 16 bytes. Two kinds never meet, and without the key nothing can be guessed. What a blind index
 * gives away is which records are equal: never index what only few values have, such as a surname or a sex.
 */
export class BlindIndex {
  /** By number of the ring's key and kind. */
  private readonly derived = new Map<number, Map<string, HmacSha256>>()

  private readonly ids: readonly number[]

  constructor(private readonly ring: KeyRing) {
    this.ids = [...ring.keys.keys()]
  }

  /** Number of the active key. */
  get active(): number {
    return this.ring.active
  }

  /** True when there is a key of this number. */
  has(id: number): boolean {
    return this.ring.keys.has(id)
  }

  /** The blind key under the active key, of 16 bytes. */
  of(kind: BlindKind, value: string): Buffer {
    return this.under(this.ring.active, kind, value)
  }

  /** The blind keys under every key of the ring: what to search for while keys are being changed. */
  all(kind: BlindKind, value: string): Buffer[] {
    return this.ids.map((id) => this.under(id, kind, value))
  }

  /** The first 64 bits of {@link all}, as signed numbers: where two values may meet by chance. */
  leading64(kind: BlindKind, value: string): bigint[] {
    return this.ids.map((id) => this.keyed(id, kind).leading64(value))
  }

  /** The blind key under the key of this number: what was indexed under it has to be found until it is indexed anew. */
  under(id: number, kind: string, value: string): Buffer {
    return this.keyed(id, kind).of(value).subarray(0, BYTES)
  }

  private keyed(id: number, kind: string): HmacSha256 {
    let hmac = this.derived.get(id)?.get(kind)
    if (!hmac) {
      const source = this.ring.keys.get(id)
      if (!source) throw new Error(`there is no blind key ${id}`)
      hmac = new HmacSha256(Buffer.from(hkdfSync('sha256', source, '', `ruhui blind index ${kind}`, 32)))
      this.derived.set(id, (this.derived.get(id) ?? new Map()).set(kind, hmac))
    }
    return hmac
  }
}
