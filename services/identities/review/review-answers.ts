import { z } from 'zod'
import { bilingualSchema } from '#libs/platform'
import { suspicionKinds } from '../partition/suspicions.ts'
import { judgementKinds } from './judgement-store.ts'
import { fields, sourceKinds } from './record-fields.ts'

const milliBits = z.int().describe('Milli-bits')
const masked = z.string().nullable().describe('Masked; null when no record says it')

const summary = z.object({
  identityId: z.uuid(),
  registrations: z.int(),
  leads: z.int(),
  name: masked,
  mobile: masked,
  residentId: masked,
  plate: masked,
})

const item = z.object({
  lo: z.uuid(),
  hi: z.uuid(),
  kind: z
    .enum(suspicionKinds)
    .describe('likely; id_conflict: valid resident ids differ; kept_apart: strong, but the rest speaks against it'),
  weight: milliBits.describe('Of the strongest pair of records, milli-bits'),
  probability: z.number().describe('P(same person) by that weight'),
  openedAt: z.iso.datetime(),
  leasedBy: z.string().nullable(),
  leasedUntil: z.iso.datetime().nullable(),
  sides: z.array(summary).length(2).describe('Of `lo`, then of `hi`'),
})

export const queuePage = z.object({
  items: z.array(
    item.extend({ value: z.int().describe('What an answer is worth: probability × registrations × 1000') }),
  ),
  next: z.string().nullable().describe('`after` of the next page; null on the last one'),
})

export const leaseAnswer = z.object({ leasedBy: z.string(), until: z.iso.datetime() })

const source = z.object({
  kind: z.enum(sourceKinds),
  platform: z.string().nullable(),
  group: z.string().describe('Records of one group are one source: an operator’s platforms count once'),
  at: z.iso.datetime({ offset: true }),
})

const saidValue = z.object({
  value: z.string().describe('Masked'),
  onBothSides: z.boolean().describe('The other side says exactly the same; equal masks alone say nothing'),
  independentSources: z.int(),
  sources: z.array(source.extend({ recordId: z.uuid() })),
})

const comparedField = z.object({
  field: z.enum(fields),
  lo: z.array(saidValue),
  hi: z.array(saidValue),
  compared: z.object({ level: z.string(), weight: milliBits, words: bilingualSchema }).nullable(),
})

export const waterfall = z.object({
  a: z.uuid().describe('A record of the strongest pair'),
  b: z.uuid(),
  model: z.string(),
  epoch: z.int(),
  levels: z.array(z.int()),
  steps: z.array(
    z.object({
      kind: z.enum(['prior', 'level', 'frequency', 'hub', 'cap']),
      comparison: z.string().optional(),
      level: z.string().optional(),
      weight: milliBits,
      total: milliBits.describe('After this step'),
    }),
  ),
  total: milliBits,
  probability: z.number(),
  verdict: z.enum(['merge', 'review', 'apart']),
  thresholds: z.object({ review: milliBits, merge: milliBits }),
})

const proposalAnswer = z.object({
  proposalId: z.uuid(),
  proposedById: z.string(),
  proposedBy: z.string(),
  reason: z.string(),
  proposedAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
})

export const itemAnswer = item.extend({
  proposal: proposalAnswer.nullable().describe('An override that waits for a second person'),
  fields: z.array(comparedField),
  independentSources: z.int(),
  conflicts: z.array(bilingualSchema.extend({ code: z.string() })).describe('What speaks against one person'),
  waterfall,
})

const fieldValues = z.object(
  Object.fromEntries(fields.map((field) => [field, z.string().nullable()])) as Record<
    (typeof fields)[number],
    z.ZodNullable<z.ZodString>
  >,
)

export const disclosedAnswer = z.object({
  records: z.array(fieldValues.extend({ recordId: z.uuid(), identityId: z.uuid() })),
})

export const outcomeAnswer = z.object({
  judgementId: z.uuid(),
  identities: z
    .array(z.object({ identityId: z.uuid(), recordIds: z.array(z.uuid()) }))
    .describe('Whose the records are now'),
  applied: z.boolean().describe('False: part of a component so large that it is decided about aside, in some minutes'),
})

export const overrideAnswer = z.object({
  proposal: proposalAnswer,
  outcome: outcomeAnswer.nullable().describe('Null until a second person confirms'),
})

const judgement = z.object({
  judgementId: z.uuid(),
  kind: z.enum(judgementKinds),
  actorId: z.string(),
  actorName: z.string(),
  reason: z.string(),
  at: z.iso.datetime(),
  proposedById: z.string().nullable().describe('Of an override: who proposed it'),
  proposedBy: z.string().nullable(),
  revokedAt: z.iso.datetime().nullable(),
  revokedById: z.string().nullable(),
  revokedBy: z.string().nullable(),
  revokedBecause: z.string().nullable(),
  recordIds: z.array(z.uuid()),
})

export const identityAnswer = z.object({
  requestedId: z.uuid(),
  identityId: z.uuid().describe('The living identity that the requested one leads to'),
  redirects: z.array(z.uuid()).describe('The retired ids on the way, the requested one first'),
  createdAt: z.iso.datetime(),
  retiredAt: z.iso.datetime().nullable().describe('Set when nothing is left of the person'),
  mayDecide: z.boolean().describe('Whether the sender may split, undo and choose here'),
  records: z.array(
    z.object({
      recordId: z.uuid(),
      kind: z.enum(['registration', 'lead']),
      source,
      federationPath: z.array(z.string()).nullable(),
      values: fieldValues.describe('Masked'),
    }),
  ),
  survivors: z.array(
    z.object({
      field: z.enum(fields),
      value: z.string().describe('Masked'),
      recordId: z.uuid(),
      source,
      by: z.enum(['chosen', 'rule']),
    }),
  ),
  history: z.array(
    z.object({
      recordId: z.uuid(),
      revision: z.int(),
      identityId: z.uuid().nullable(),
      cause: z.string(),
      epoch: z.int(),
      at: z.iso.datetime(),
    }),
  ),
  judgements: z.array(judgement),
})

export const doneAnswer = z.object({ done: z.literal(true) })

export const hubsAnswer = z.object({
  items: z.array(
    z.object({
      key: z.string().describe('The blind key; `after` of a next page'),
      rule: z.string(),
      since: z.iso.datetime(),
      records: z.int(),
      identities: z.int(),
      example: z.string().nullable().describe('What one of the records says, masked; null when that record is gone'),
    }),
  ),
  next: z.string().nullable(),
  frozen: z
    .array(z.object({ part: z.string(), count: z.int(), values: z.array(z.string()).describe('Masked, some of them') }))
    .describe('Hub values that the model in force knows'),
})
