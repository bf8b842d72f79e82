import { startService } from '#libs/platform'
import { federations } from './service.ts'

await startService(federations)
