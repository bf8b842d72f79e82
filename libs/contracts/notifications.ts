import { z } from 'zod'
import { defineEvent } from './event.ts'
import { uuid } from './shared.ts'

export const messageSent = defineEvent({
  type: 'message.sent',
  version: 1,
  stream: 'notifications',
  summary: 'A message for a driver was handed to its channel.',
  data: z.object({ messageId: uuid, registrationId: uuid, template: z.string(), channel: z.enum(['page', 'sms']) }),
  key: (data) => data.registrationId,
})
