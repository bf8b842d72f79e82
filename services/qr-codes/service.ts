import { z } from 'zod'
import { defineService } from '#libs/platform'
import { CodeLinks } from './code-links.ts'
import { CodeTokens } from './code-tokens.ts'
import * as migrations from './migrations/index.ts'
import { openSampleSites } from './open-sample-sites.ts'
import { QrCodesModule } from './qr-codes.module.ts'
import { Code, Site } from './site.entity.ts'

/** Sites, their codes and posters, and the scans of them. */
export const qrCodes = defineService({
  name: 'qr-codes',
  stream: 'qr-codes',
  routes: ['/j', '/api/sites', '/api/codes'],
  config: z.object({
    CODE_KEY: z.base64().min(40).describe('Secret (32 bytes, base64) that code tokens are signed with'),
  }),
  module: QrCodesModule,
  entities: [Site, Code],
  migrations,
  providers: ({ CODE_KEY, PUBLIC_URL }) => [
    { provide: CodeTokens, useValue: new CodeTokens(Buffer.from(CODE_KEY, 'base64')) },
    { provide: CodeLinks, useValue: new CodeLinks(PUBLIC_URL) },
  ],
  seed: openSampleSites,
})
