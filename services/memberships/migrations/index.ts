export { CasesAndMembers1767225604000 } from './1767225604000-cases-and-members.ts'
