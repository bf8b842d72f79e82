export { Funnel1767225602000 } from './1767225602000-funnel.ts'
