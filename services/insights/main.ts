import { startService } from '#libs/platform'
import { insights } from './service.ts'

await startService(insights)
