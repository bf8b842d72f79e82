import { z } from 'zod'
import { defineEvent } from './event.ts'
import { application } from './shared.ts'

export const registrationSubmitted = defineEvent({
  type: 'registration.submitted',
  version: 1,
  stream: 'registrations',
  summary: 'A driver asked to join the union; the answer to the driver was "received".',
  data: z.object({ application }),
  key: (data) => data.application.registrationId,
})
