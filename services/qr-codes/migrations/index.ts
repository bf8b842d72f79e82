export { SitesAndCodes1767225601000 } from './1767225601000-sites-and-codes.ts'
