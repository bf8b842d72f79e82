import type { ServiceDefinition } from '#libs/platform'
import { accounts } from './accounts/service.ts'
import { federations } from './federations/service.ts'
import { identities } from './identities/service.ts'
import { insights } from './insights/service.ts'
import { memberships } from './memberships/service.ts'
import { notifications } from './notifications/service.ts'
import { qrCodes } from './qr-codes/service.ts'
import { registrations } from './registrations/service.ts'

/** Every service of the system, in the order of the driver's way through it. */
export const services: readonly ServiceDefinition[] = [
  qrCodes,
  registrations,
  identities,
  federations,
  memberships,
  accounts,
  notifications,
  insights,
]
