import { z } from 'zod'
import { defineEvent } from './event.ts'
import { application, uuid } from './shared.ts'

export const identityResolved = defineEvent({
  type: 'identity.resolved',
  version: 1,
  stream: 'identities',
  summary: 'A registration was recognised as a person: a new one, or one who is known already.',
  data: z.object({
    identityId: uuid,
    outcome: z.enum(['new', 'existing']),
    reason: z.enum(['no_match', 'same_resident_id', 'same_name_and_mobile']),
    application,
  }),
  key: (data) => data.identityId,
})

export const duplicateSuspected = defineEvent({
  type: 'duplicate.suspected',
  version: 1,
  stream: 'identities',
  summary: 'Two identities may be one person; nothing was joined.',
  data: z.object({
    identityId: uuid,
    otherIdentityId: uuid,
    registrationId: uuid,
    reason: z.enum(['same_name_and_mobile_other_resident_id']),
  }),
  key: (data) => data.identityId,
})
