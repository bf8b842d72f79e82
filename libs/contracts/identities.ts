import { z } from 'zod'
import { defineEvent } from './event.ts'
import { application, uuid } from './shared.ts'

/** Grows from 1 with every statement about a registration: of two statements the higher one holds, in whatever order they come. */
const revision = z.int().min(1)

/** What changed the picture: a record that came, was corrected or erased; a person's decision; or a new model epoch. */
const cause = z.enum(['record', 'correction', 'erasure', 'decision', 'epoch'])

/** The strongest pair that joins a record with its person: levels by name, weight in milli-bits. No values. */
const evidence = z.object({
  recordId: uuid,
  weight: z.int(),
  levels: z.array(z.object({ comparison: z.string(), level: z.string() })),
})

interface ResolvedV1 {
  readonly reason: 'no_match' | 'same_resident_id' | 'same_name_and_mobile'
}

export const identityResolved = defineEvent({
  type: 'identity.resolved',
  version: 2,
  stream: 'identities',
  summary: 'A registration was recognised as a person: a new one, or one who is known already.',
  data: z.object({
    identityId: uuid,
    outcome: z.enum(['new', 'existing']),
    reason: z.enum(['no_match', 'matched', 'decided']),
    evidence: evidence.nullable(),
    epoch: z.int().min(0),
    revision,
    application,
  }),
  key: (data) => data.identityId,
  upcast: {
    1: (old) => {
      const { reason, ...rest } = old as ResolvedV1
      return { ...rest, reason: reason === 'no_match' ? reason : 'matched', evidence: null, epoch: 0, revision: 1 }
    },
  },
})

export const identityMerged = defineEvent({
  type: 'identity.merged',
  version: 1,
  stream: 'identities',
  summary: 'Two identities turned out to be one person; the retired id leads to the one that stays.',
  data: z.object({
    identityId: uuid,
    retiredIdentityId: uuid,
    cause,
    /** The registrations that came over. */
    registrations: z.array(z.object({ registrationId: uuid, revision })),
  }),
  key: (data) => data.identityId,
})

export const identitySplit = defineEvent({
  type: 'identity.split',
  version: 1,
  stream: 'identities',
  summary: 'Registrations left a person: they belong to somebody else, new or known.',
  data: z.object({
    identityId: uuid,
    /** Whose they are now. */
    otherIdentityId: uuid,
    /** Nobody else's registration was known under the other identity before. */
    otherIsNew: z.boolean(),
    cause,
    /** Those that left; none when the other identity was merged away and is in use again for records that are no registrations. */
    registrations: z.array(z.object({ revision, application })),
  }),
  key: (data) => data.identityId,
})

/** Said again when kind or weight change: of two sayings the later holds. */
export const duplicateSuspected = defineEvent({
  type: 'duplicate.suspected',
  version: 2,
  stream: 'identities',
  summary: 'Two identities may be one person; nothing was joined, a person has to look.',
  data: z.object({
    identityId: uuid,
    otherIdentityId: uuid,
    /** Likely; or joined by strong evidence while two valid resident ids, or the rest of the records, speak against it. */
    kind: z.enum(['likely', 'id_conflict', 'kept_apart']),
    /** Weight of the strongest pair, milli-bits. */
    weight: z.int().nullable(),
  }),
  key: (data) => data.identityId,
  upcast: {
    1: (old) => {
      const { identityId, otherIdentityId } = old as { identityId: string; otherIdentityId: string }
      return { identityId, otherIdentityId, kind: 'id_conflict', weight: null }
    },
  },
})

export const duplicateSettled = defineEvent({
  type: 'duplicate.settled',
  version: 1,
  stream: 'identities',
  summary: 'A suspected duplicate is none any more: it was decided, or the evidence is gone.',
  data: z.object({
    identityId: uuid,
    otherIdentityId: uuid,
    outcome: z.enum(['same_person', 'different_people', 'no_longer_suspected']),
  }),
  key: (data) => data.identityId,
})
