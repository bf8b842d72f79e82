export { Funnel1767225602000 } from './1767225602000-funnel.ts'
export { People1767225630000 } from './1767225630000-people.ts'
