import { startService } from '#libs/platform'
import { identities } from './service.ts'

await startService(identities)
