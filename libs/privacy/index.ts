export { BlindIndex, type BlindKind } from './blind-index.ts'
export { FieldCipher, SealedDataError } from './field-cipher.ts'
export { KeyRing, keyRingSchema } from './key-ring.ts'
export { redact } from './redact.ts'
