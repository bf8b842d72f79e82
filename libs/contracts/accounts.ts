import { z } from 'zod'
import { defineEvent } from './event.ts'
import { uuid } from './shared.ts'

export const accountCreated = defineEvent({
  type: 'account.created',
  version: 1,
  stream: 'accounts',
  summary: 'An admin can sign in.',
  data: z.object({ accountId: uuid, role: z.string(), federationId: z.string() }),
  key: (data) => data.accountId,
})
