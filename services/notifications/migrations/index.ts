export { Messages1767225607000 } from './1767225607000-messages.ts'
export { Standing1767225630000 } from './1767225630000-standing.ts'
