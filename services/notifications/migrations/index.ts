export { Messages1767225607000 } from './1767225607000-messages.ts'
