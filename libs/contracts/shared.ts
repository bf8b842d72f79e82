import { z } from 'zod'

export const uuid = z.uuid()
export const instant = z.iso.datetime({ offset: true })
/** Six digits of GB/T 2260. */
export const divisionCode = z.string().regex(/^\d{6}$/)
export const bilingual = z.object({ zh: z.string(), en: z.string() })

/**
 * What is known of an application without opening its personal data; it travels with the person through the services
 * so that none has to ask another. Name, id, phone and plate number are in `sealed` only.
 */
export const application = z.object({
  registrationId: uuid,
  submittedAt: instant,
  /** How it reached us: a driver's own phone, park staff on behalf of a driver, or a platform with the driver's act. */
  channel: z.enum(['poster', 'steward', 'platform']),
  platform: z.string().nullable(),
  site: z.object({ siteId: uuid, division: divisionCode, federationId: z.string().nullable() }).nullable(),
  codeId: uuid.nullable(),
  places: z.object({
    plateCity: z.string().nullable(),
    household: divisionCode.nullable(),
    residence: divisionCode.nullable(),
    residenceStreet: z.string().nullable(),
    routes: z.array(divisionCode),
  }),
  /** Name, resident id, mobile, plate: sealed for `sealContext('registration', registrationId)`. */
  sealed: z.string(),
})

export type Application = z.infer<typeof application>

/** A driver whom a platform listed; not an application. Name, id, phone, plate number and account are in `sealed` only. */
export const lead = z.object({
  /** Stays the same for a driver whom the platform lists again. */
  leadId: uuid,
  version: z.int().min(1),
  platform: z.string(),
  listedAt: instant,
  household: divisionCode.nullable(),
  residence: divisionCode.nullable(),
  /** Name, resident id, mobile, plate, its colour, the account at the platform: sealed for `sealContext('lead', leadId)`. */
  sealed: z.string(),
})

export type Lead = z.infer<typeof lead>

/**
 * What the personal data of a registration or a lead is sealed for. Part of the contract: who opens `sealed` of an event
 * must name the same.
 */
export function sealContext(kind: 'registration' | 'lead', id: string): string {
  return `${kind}:${id}`
}

/** One step of a decision, told to people: which rule looked at which fact and what followed. */
export const reason = bilingual.extend({ code: z.string() })
