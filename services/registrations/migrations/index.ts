export { Registrations1767225606000 } from './1767225606000-registrations.ts'
