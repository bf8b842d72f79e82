export { Accounts1767225608000 } from './1767225608000-accounts.ts'
