import { DataSource } from 'typeorm'
import { z } from 'zod'
import { transact } from '#libs/database'
import { defineService } from '#libs/platform'
import { FederationBook } from './federation-book.ts'
import { FederationsModule } from './federations.module.ts'
import * as migrations from './migrations/index.ts'
import { firstRuleSet } from './placement-rules.ts'
import { wuxiFederations } from './wuxi-federations.ts'

/** The federation tree, and which federation takes a driver in. */
export const federations = defineService({
  name: 'federations',
  stream: 'federations',
  routes: ['/api/federations', '/api/placements'],
  config: z.object({}),
  module: FederationsModule,
  entities: [],
  migrations,
  async seed(app) {
    const book = app.get(FederationBook)
    await transact(app.get(DataSource), async (tx) => {
      if (await book.isEmpty(tx)) await book.fill(tx, wuxiFederations, firstRuleSet)
    })
  },
})
