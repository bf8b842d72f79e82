import { z } from 'zod'
import { defineEvent } from './event.ts'
import { bilingual, divisionCode, instant, uuid } from './shared.ts'

export const siteOpened = defineEvent({
  type: 'site.opened',
  version: 1,
  stream: 'qr-codes',
  summary: 'A logistics park, freight hub or driver station takes part in the campaign.',
  data: z.object({
    siteId: uuid,
    name: bilingual,
    kind: z.enum(['logistics-park', 'freight-hub', 'driver-station']),
    division: divisionCode,
    /** The union whose name stands on the poster and who takes in what no rule places. */
    federationId: z.string().nullable(),
    federationName: bilingual.nullable(),
  }),
  key: (data) => data.siteId,
})

export const codeIssued = defineEvent({
  type: 'code.issued',
  version: 1,
  stream: 'qr-codes',
  summary: 'A code was made for a poster of a site.',
  data: z.object({ codeId: uuid, token: z.string(), siteId: uuid, serial: z.int(), issuedAt: instant }),
  key: (data) => data.siteId,
})

export const codeRevoked = defineEvent({
  type: 'code.revoked',
  version: 1,
  stream: 'qr-codes',
  summary: 'A code no longer counts: stolen, pasted over, or replaced.',
  data: z.object({ codeId: uuid, siteId: uuid, reason: z.string() }),
  key: (data) => data.siteId,
})

export const codeScanned = defineEvent({
  type: 'code.scanned',
  version: 1,
  stream: 'qr-codes',
  summary: 'A phone opened the link of a code.',
  data: z.object({ scanId: uuid, codeId: uuid, siteId: uuid, at: instant }),
  key: (data) => data.scanId,
})
