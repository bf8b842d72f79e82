import { z } from 'zod'
import {
  divisionSchema,
  mobileNumberSchema,
  personNameSchema,
  plateNumberSchema,
  platformSchema,
  residentIdSchema,
} from '#libs/china'
import type { Answers } from '../application.ts'

/** A field that may be left out, which keeps it as it is; null or an empty text clears it. */
const clearable = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((value) => (value === '' ? null : value), schema.nullable()).optional()

const version = z.int().positive().optional().describe('The version that the correction starts from; or If-Match')

/** Only the fields that change, each checked as in a registration; other fields are refused, not passed over. */
export const correctionRequest = z.strictObject({
  version,
  name: personNameSchema().optional(),
  residentId: residentIdSchema().optional(),
  mobile: mobileNumberSchema().optional(),
  plate: clearable(plateNumberSchema()),
  platform: clearable(platformSchema()),
  household: clearable(divisionSchema()),
  residence: clearable(divisionSchema()),
  residenceStreet: clearable(z.string().trim().max(50)),
  routes: z.array(divisionSchema()).max(20).optional(),
})

/** What staff send: the correction, and why they make it in the driver's place. */
export const staffCorrectionRequest = correctionRequest.extend({
  reason: z.string().trim().min(2).max(200).describe('Kept; no personal data, please'),
})

export type Changes = Partial<Answers>

/** The answers after a correction, and the names of the fields that really changed; pure. */
export function corrected(answers: Answers, changes: Changes): { answers: Answers; fields: (keyof Answers)[] } {
  const fields = (Object.keys(changes) as (keyof Answers)[]).filter(
    (field) => changes[field] !== undefined && JSON.stringify(changes[field]) !== JSON.stringify(answers[field]),
  )
  return { answers: { ...answers, ...Object.fromEntries(fields.map((field) => [field, changes[field]])) }, fields }
}
