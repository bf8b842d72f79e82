import { z } from 'zod'
import { defineEvent } from './event.ts'
import { application, instant, lead, uuid } from './shared.ts'

export const registrationSubmitted = defineEvent({
  type: 'registration.submitted',
  version: 1,
  stream: 'registrations',
  summary: 'A driver asked to join the union; the answer to the driver was "received".',
  data: z.object({ application }),
  key: (data) => data.application.registrationId,
})

export const registrationCorrected = defineEvent({
  type: 'registration.corrected',
  version: 1,
  stream: 'registrations',
  summary:
    'A driver, or staff for a driver, mended fields of an application; it carries the whole application as it is now.',
  data: z.object({
    application,
    /** Of the application: 1 as submitted, then one more for every correction. */
    version: z.int().min(2),
    /** Names of the fields that changed. */
    corrected: z.array(z.string()).min(1),
  }),
  key: (data) => data.application.registrationId,
})

export const rosterImported = defineEvent({
  type: 'roster.imported',
  version: 1,
  stream: 'registrations',
  summary: 'A platform listed drivers who work with it: leads, not applications. One part of a list.',
  data: z.object({
    rosterId: uuid,
    part: z.int().min(1),
    parts: z.int().min(1),
    leads: z.array(lead),
  }),
  key: (data) => data.rosterId,
})

export const subjectErased = defineEvent({
  type: 'subject.erased',
  version: 1,
  stream: 'registrations',
  summary: 'The personal data of a registration or a lead is to be deleted everywhere.',
  data: z.object({
    subject: z.object({ kind: z.enum(['registration', 'lead']), id: uuid }),
    erasedAt: instant,
  }),
  key: (data) => data.subject.id,
})
