export { CasesAndMembers1767225604000 } from './1767225604000-cases-and-members.ts'
export { PersonsMayChange1767225630000 } from './1767225630000-persons-may-change.ts'
