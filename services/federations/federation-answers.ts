import { z } from 'zod'
import { bilingualSchema } from '#libs/platform'
import { federationKinds, federationLevels, industries } from './federation-tree.ts'
import { heldTexts } from './placement-texts.ts'

const keysOf = <Key extends string>(record: Readonly<Record<Key, unknown>>) => Object.keys(record) as Key[]

const unknownOr = z.string().nullable()

const federation = z.object({
  id: z.string(),
  parentId: z.string().nullable(),
  name: bilingualSchema,
  kind: z.enum(keysOf(federationKinds)),
  level: z.enum(federationLevels),
  place: bilingualSchema.nullable().describe('What people call its area'),
  division: z.string().nullable().describe('Its area: GB/T 2260, 9 digits for a street or town'),
  formerDivisions: z.array(z.string()),
  platePrefixes: z.array(z.string()),
  admitsMembers: z.boolean(),
  industries: z.array(z.enum(industries)).describe('Whom it admits directly'),
  platforms: z.array(z.string()),
  sample: z.boolean().describe('Invented: an administrator replaces it by a real one'),
})

/** The answer with all federations. */
export const federationsAnswer = z.object({ items: z.array(federation) })

const explained = z.object({
  ruleSetVersion: z.int(),
  explanation: z.array(
    bilingualSchema.extend({
      code: z.string(),
      facts: z.array(z.object({ fact: z.string(), value: z.string(), since: z.string().optional() })),
    }),
  ),
  candidates: z
    .array(
      z.object({
        ruleId: z.string(),
        federationId: z.string().nullable(),
        verdict: z.enum(['chosen', 'lost', 'not_applicable']),
        why: bilingualSchema,
      }),
    )
    .describe('In the order of the rules; empty when no rule was asked'),
})

/** The answer about one placement. */
export const placementAnswer = z.object({
  registrationId: z.uuid(),
  identityId: z.uuid(),
  facts: z.object({
    plateCity: unknownOr,
    householdDivision: unknownOr,
    residenceDivision: unknownOr,
    residenceStreet: unknownOr,
    routes: z.array(z.string()),
    platform: unknownOr,
    siteDivision: unknownOr,
    siteFederationId: unknownOr,
  }),
  treeVersion: z.int(),
  ruleSetVersion: z.int(),
  decidedAt: z.iso.datetime(),
  decision: z.discriminatedUnion('outcome', [
    explained.extend({ outcome: z.literal('placed'), federationId: z.string(), ruleId: z.string() }),
    explained.extend({
      outcome: z.literal('held'),
      reason: z.enum(keysOf(heldTexts)),
      poolFederationId: z.string().describe('Looks after the driver in the holding pool'),
    }),
  ]),
})
