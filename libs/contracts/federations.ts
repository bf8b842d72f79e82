import { z } from 'zod'
import { defineEvent } from './event.ts'
import { application, bilingual, reason, uuid } from './shared.ts'

export const placementDecided = defineEvent({
  type: 'placement.decided',
  version: 1,
  stream: 'federations',
  summary: 'A rule chose the federation that should take the driver in.',
  data: z.object({
    identityId: uuid,
    application,
    /** Of what identities said about the registration; absent in events from before corrections existed. */
    revision: z.int().min(1).optional(),
    federationId: z.string(),
    federationName: bilingual,
    /** The federation and every union above it, nearest first: whose admins may decide the case. */
    federationPath: z.array(z.string()).min(1),
    ruleId: z.string(),
    ruleSetVersion: z.int(),
    reasons: z.array(reason),
  }),
  key: (data) => data.identityId,
})

export const placementHeld = defineEvent({
  type: 'placement.held',
  version: 1,
  stream: 'federations',
  summary: 'No rule places the driver: the case waits in the holding pool for a person to decide.',
  data: z.object({
    identityId: uuid,
    application,
    /** Of what identities said about the registration; absent in events from before corrections existed. */
    revision: z.int().min(1).optional(),
    ruleSetVersion: z.int(),
    heldBecause: z.string(),
    /** The unions whose admins look after the holding pool, nearest first. */
    federationPath: z.array(z.string()).min(1),
    reasons: z.array(reason),
  }),
  key: (data) => data.identityId,
})
