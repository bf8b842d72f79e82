export { Federations1767225605000 } from './1767225605000-federations.ts'
export { Revisions1767225630000 } from './1767225630000-revisions.ts'
