import type { ServiceDefinition } from '#libs/platform'
import { qrCodes } from './qr-codes/service.ts'

/** Every service of the system, in the order of the driver's way through it. */
export const services: readonly ServiceDefinition[] = [qrCodes]
