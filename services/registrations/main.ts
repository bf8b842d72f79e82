import { startService } from '#libs/platform'
import { registrations } from './service.ts'

await startService(registrations)
