export { Federations1767225605000 } from './1767225605000-federations.ts'
