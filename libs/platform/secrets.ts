import { generateKeyPairSync, randomBytes } from 'node:crypto'

/** Every secret of a system, by the name of the environment variable that carries it. */
export interface Secrets {
  readonly FIELD_KEYS: string
  readonly BLIND_KEYS: string
  readonly CODE_KEY: string
  readonly RECEIPT_KEY: string
  readonly TOKEN_PRIVATE_KEY: string
  readonly TOKEN_PUBLIC_KEY: string
  readonly OPERATOR_SECRET: string
}

/** Makes the secrets of a new system: fresh random keys, and an Ed25519 pair for sign-in tokens. */
export function generateSecrets(): Secrets {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const key = () => randomBytes(32).toString('base64')
  return {
    FIELD_KEYS: `1:${key()}`,
    BLIND_KEYS: `1:${key()}`,
    CODE_KEY: key(),
    RECEIPT_KEY: key(),
    TOKEN_PRIVATE_KEY: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
    TOKEN_PUBLIC_KEY: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
    OPERATOR_SECRET: randomBytes(32).toString('base64url'),
  }
}
