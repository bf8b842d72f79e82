import { z } from 'zod'
import { defineEvent } from './event.ts'
import { bilingual, instant, uuid } from './shared.ts'

/**
 * Grows with every statement of memberships about a registration: of two statements the higher one holds. A registration
 * may change its person, and with it the key of its events, so their order alone does not tell. Absent in events from
 * before persons could change.
 */
const statement = z.int().min(1).optional()

export const reviewOpened = defineEvent({
  type: 'review.opened',
  version: 1,
  stream: 'memberships',
  summary: 'A case waits for the decision of a federation admin.',
  data: z.object({
    caseId: uuid,
    identityId: uuid,
    registrationId: uuid,
    federationId: z.string().nullable(),
    statement,
  }),
  key: (data) => data.identityId,
})

export const reviewAttached = defineEvent({
  type: 'review.attached',
  version: 1,
  stream: 'memberships',
  summary:
    'A registration came to a case or membership that exists, or its case opened again or was joined with another.',
  data: z.object({
    caseId: uuid,
    identityId: uuid,
    registrationId: uuid,
    /** Where the case stands: a returned case opens again, an approved one means: is a member already. */
    caseStatus: z.enum(['open', 'approved']),
    memberNumber: z.string().nullable(),
    federationName: bilingual.nullable(),
    statement,
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
  statement,
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

const duplicate = z.object({
  caseId: uuid,
  identityId: uuid,
  memberId: uuid,
  memberNumber: z.string(),
  /** The registrations of the membership. */
  registrationIds: z.array(uuid),
  /** As in `membership.approved`: the poster that brought the member, and when. */
  siteId: uuid.nullable(),
  approvedAt: instant,
  statement,
})

export const membershipEnded = defineEvent({
  type: 'membership.ended',
  version: 1,
  stream: 'memberships',
  summary: 'A membership does not count any more: the person was a member already.',
  data: duplicate.extend({
    reason: z.enum(['duplicate']),
    endedAt: instant,
    /** The membership that stays. */
    stays: z.object({ memberId: uuid, memberNumber: z.string() }),
  }),
  key: (data) => data.identityId,
})

export const membershipRestored = defineEvent({
  type: 'membership.restored',
  version: 1,
  stream: 'memberships',
  summary: 'A membership that was ended as a duplicate counts again: it is of another person after all.',
  data: duplicate.extend({ restoredAt: instant }),
  key: (data) => data.identityId,
})
