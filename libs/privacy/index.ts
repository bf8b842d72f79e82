export { BlindIndex } from './blind-index.ts'
export { FieldCipher, SealedDataError } from './field-cipher.ts'
export { KeyRing } from './key-ring.ts'
export { redact } from './redact.ts'
