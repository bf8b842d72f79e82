import { createHmac, timingSafeEqual } from 'node:crypto'

const MAC_BYTES = 8

/**
 * What a driver holds in hand after submitting: whoever has it may see where that registration stands. The id of the
 * registration and a truncated HMAC of it, as 32 characters of base64url; nothing has to be stored.
 */
export class Receipts {
  constructor(private readonly key: Buffer) {}

  issue(registrationId: string): string {
    const id = Buffer.from(registrationId.replaceAll('-', ''), 'hex')
    return Buffer.concat([id, this.mac(id)]).toString('base64url')
  }

  /** The registration of a genuine receipt; undefined for anything else. */
  read(receipt: string): string | undefined {
    const bytes = Buffer.from(receipt, 'base64url')
    if (bytes.length !== 16 + MAC_BYTES) return undefined
    const id = bytes.subarray(0, 16)
    if (!timingSafeEqual(bytes.subarray(16), this.mac(id))) return undefined
    return id.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  }

  private mac(id: Buffer): Buffer {
    return createHmac('sha256', this.key).update('receipt').update(id).digest().subarray(0, MAC_BYTES)
  }
}

/** The number that a driver can read out on the phone: from the random part of the id, not unique by law. */
export function referenceOf(registrationId: string): string {
  const tail = registrationId.slice(-10).toUpperCase()
  return `RH-${tail.slice(0, 5)}-${tail.slice(5)}`
}
