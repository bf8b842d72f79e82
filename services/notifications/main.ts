import { startService } from '#libs/platform'
import { notifications } from './service.ts'

await startService(notifications)
