import { startService } from '#libs/platform'
import { memberships } from './service.ts'

await startService(memberships)
