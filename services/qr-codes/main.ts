import { startService } from '#libs/platform'
import { qrCodes } from './service.ts'

await startService(qrCodes)
