import { z } from 'zod'
import { defineService } from '#libs/platform'
import { BlindIndex, FieldCipher, keyRingSchema } from '#libs/privacy'
import * as migrations from './migrations/index.ts'
import { Receipts } from './receipts.ts'
import { RegistrationsModule } from './registrations.module.ts'

/** Applications to join: the driver's form, the intake, consents, corrections, erasure; and the lists of platforms. */
export const registrations = defineService({
  name: 'registrations',
  stream: 'registrations',
  routes: ['/join', '/api/registrations', '/api/rosters', '/api/leads'],
  config: z.object({
    FIELD_KEYS: keyRingSchema().describe(
      'Keys that personal data is sealed with: <id>:<32 bytes base64>, newest first',
    ),
    BLIND_KEYS: keyRingSchema().describe('Keys of the blind indexes: <id>:<32 bytes base64>, newest first'),
    RECEIPT_KEY: z.base64().min(40).describe('Secret (32 bytes, base64) that receipts are signed with'),
  }),
  module: RegistrationsModule,
  entities: [],
  migrations,
  providers: ({ FIELD_KEYS, BLIND_KEYS, RECEIPT_KEY }) => [
    { provide: FieldCipher, useValue: new FieldCipher(FIELD_KEYS) },
    { provide: BlindIndex, useValue: new BlindIndex(BLIND_KEYS) },
    { provide: Receipts, useValue: new Receipts(Buffer.from(RECEIPT_KEY, 'base64')) },
  ],
})
