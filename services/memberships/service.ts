import { z } from 'zod'
import { defineService } from '#libs/platform'
import { FieldCipher, keyRingSchema } from '#libs/privacy'
import { MembershipsModule } from './memberships.module.ts'
import * as migrations from './migrations/index.ts'

/** Review cases, the decisions about them, and the members that come of them. */
export const memberships = defineService({
  name: 'memberships',
  stream: 'memberships',
  routes: ['/api/review-cases', '/api/members'],
  config: z.object({
    FIELD_KEYS: keyRingSchema().describe(
      'Keys that personal data is sealed with: <id>:<32 bytes base64>, newest first',
    ),
  }),
  module: MembershipsModule,
  entities: [],
  migrations,
  providers: ({ FIELD_KEYS }) => [{ provide: FieldCipher, useValue: new FieldCipher(FIELD_KEYS) }],
})
