export { Identities1767225603000 } from './1767225603000-identities.ts'
