import { DataSource } from 'typeorm'
import { z } from 'zod'
import { transact } from '#libs/database'
import { defineService } from '#libs/platform'
import { BlindIndex, FieldCipher, keyRingSchema } from '#libs/privacy'
import { ActiveModel } from './evidence/active-model.ts'
import { IdentitiesModule } from './identities.module.ts'
import * as migrations from './migrations/index.ts'

/** Recognises a driver who registered several times as one person. */
export const identities = defineService({
  name: 'identities',
  stream: 'identities',
  routes: ['/api/identities'],
  config: z.object({
    FIELD_KEYS: keyRingSchema().describe(
      'Keys that personal data is sealed with: <id>:<32 bytes base64>, newest first',
    ),
    BLIND_KEYS: keyRingSchema().describe('Keys of the blind indexes: <id>:<32 bytes base64>, newest first'),
  }),
  module: IdentitiesModule,
  entities: [],
  migrations,
  seed: (app) => transact(app.get(DataSource), (tx) => app.get(ActiveModel).begin(tx, new Date())),
  providers: ({ FIELD_KEYS, BLIND_KEYS }) => [
    { provide: FieldCipher, useValue: new FieldCipher(FIELD_KEYS) },
    { provide: BlindIndex, useValue: new BlindIndex(BLIND_KEYS) },
  ],
})
