import { z } from 'zod'
import {
  divisionSchema,
  mobileNumberSchema,
  personNameSchema,
  plateNumberSchema,
  platformSchema,
  residentIdSchema,
} from '#libs/china'

const optional = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((value) => (value === '' ? null : value), schema.nullable().default(null))

/**
 * What a driver tells: name, id, phone and the consents are needed, the rest helps to place them. Every text is brought
 * to its canonical form here; nothing unchecked passes.
 */
export const registrationRequest = z.object({
  name: personNameSchema(),
  residentId: residentIdSchema(),
  mobile: mobileNumberSchema(),
  plate: optional(plateNumberSchema()),
  platform: optional(platformSchema()),
  household: optional(divisionSchema()).describe('Where the household is registered (GB/T 2260)'),
  residence: optional(divisionSchema()).describe('Where the driver lives (GB/T 2260)'),
  residenceStreet: optional(z.string().trim().max(50)),
  routes: z.array(divisionSchema()).max(20).default([]).describe('Divisions of the usual routes; areas, never tracks'),
  code: optional(z.string().trim().max(40)).describe('Token of the scanned code'),
  scan: optional(z.uuid()).describe('Id of the scan that led here'),
  consents: z
    .object({ join: z.literal(true), residentId: z.literal(true) })
    .describe('Both given by the driver: to join, and to have the id number processed'),
})

export type RegistrationRequest = z.infer<typeof registrationRequest>

/** Several registrations at once, each with its own idempotency key: from staff devices that were offline. */
export const registrationBatch = z.object({
  items: z
    .array(z.object({ idempotencyKey: z.string().min(8).max(100), registration: z.unknown() }))
    .min(1)
    .max(500),
})
