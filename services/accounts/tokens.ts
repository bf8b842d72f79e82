import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { SignJWT } from 'jose'
import { ConfigError, type Principal, TOKEN_ISSUER } from '#libs/platform'

const SESSION_SECONDS = 8 * 3_600

/** A signed-in session, as its owner gets it. */
export interface Session {
  /** JWT; every service checks it with the public key alone. */
  readonly token: string
  readonly expiresAt: Date
}

/** Signs the tokens of sessions. A token stays valid to its end, even when the account is disabled in between. */
export class Tokens {
  private readonly key: KeyObject

  /**
   * @param privateKey Ed25519, PKCS8, base64
   * @param publicKey what the services check with; SPKI, base64
   * @throws {ConfigError} when the two are no pair
   */
  constructor(privateKey: string, publicKey: string) {
    this.key = privateKeyOf(privateKey)
    if (createPublicKey(this.key).export({ format: 'der', type: 'spki' }).toString('base64') !== publicKey) {
      throw new ConfigError('TOKEN_PRIVATE_KEY and TOKEN_PUBLIC_KEY are no pair: nobody could sign in')
    }
  }

  async issue({ accountId, name, role, federationId }: Principal, now: Date): Promise<Session> {
    const expiresAt = Math.floor(now.getTime() / 1_000) + SESSION_SECONDS
    const token = await new SignJWT({ name, role, federationId })
      .setProtectedHeader({ alg: 'EdDSA' })
      .setIssuer(TOKEN_ISSUER)
      .setAudience(TOKEN_ISSUER)
      .setSubject(accountId)
      .setIssuedAt(now)
      .setExpirationTime(expiresAt)
      .sign(this.key)
    return { token, expiresAt: new Date(expiresAt * 1_000) }
  }
}

/** True for an Ed25519 private key in PKCS8, base64. */
export function isPrivateKey(text: string): boolean {
  try {
    return privateKeyOf(text).asymmetricKeyType === 'ed25519'
  } catch {
    return false
  }
}

function privateKeyOf(text: string): KeyObject {
  return createPrivateKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'pkcs8' })
}
