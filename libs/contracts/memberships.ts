import { z } from 'zod'
import { defineEvent } from './event.ts'
import { bilingual, instant, uuid } from './shared.ts'

export const reviewOpened = defineEvent({
  type: 'review.opened',
  version: 1,
  stream: 'memberships',
  summary: 'A case waits for the decision of a federation admin.',
  data: z.object({ caseId: uuid, identityId: uuid, registrationId: uuid, federationId: z.string().nullable() }),
  key: (data) => data.identityId,
})

export const reviewAttached = defineEvent({
  type: 'review.attached',
  version: 1,
  stream: 'memberships',
  summary: 'A further registration of a known person was added to the case or membership that exists.',
  data: z.object({
    caseId: uuid,
    identityId: uuid,
    registrationId: uuid,
    /** Where the case stands: a returned case opens again, an approved one means: is a member already. */
    caseStatus: z.enum(['open', 'approved']),
    memberNumber: z.string().nullable(),
    federationName: bilingual.nullable(),
  }),
  key: (data) => data.identityId,
})

const decision = z.object({
  caseId: uuid,
  identityId: uuid,
  /** Every registration that the case holds, the first one first. */
  registrationIds: z.array(uuid).min(1),
  /** Where the first registration of the case came from: the poster that brought this member. */
  siteId: uuid.nullable(),
  decidedAt: instant,
  decidedBy: z.string(),
})

const declined = decision.extend({ reasonCode: z.string(), reason: bilingual })

export const membershipApproved = defineEvent({
  type: 'membership.approved',
  version: 1,
  stream: 'memberships',
  summary: 'The driver is a member.',
  data: decision.extend({
    memberId: uuid,
    memberNumber: z.string(),
    federationId: z.string(),
    federationName: bilingual,
  }),
  key: (data) => data.identityId,
})

export const membershipReturned = defineEvent({
  type: 'membership.returned',
  version: 1,
  stream: 'memberships',
  summary: 'The application goes back to the driver, who is told what to mend.',
  data: declined,
  key: (data) => data.identityId,
})

export const membershipRejected = defineEvent({
  type: 'membership.rejected',
  version: 1,
  stream: 'memberships',
  summary: 'The application was declined, with a reason.',
  data: declined,
  key: (data) => data.identityId,
})
