import { startService } from '#libs/platform'
import { accounts } from './service.ts'

await startService(accounts)
