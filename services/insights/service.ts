import { z } from 'zod'
import { defineService } from '#libs/platform'
import { InsightsModule } from './insights.module.ts'
import * as migrations from './migrations/index.ts'

/** Read models of what the other services publish: the funnel from a scan to a member. */
export const insights = defineService({
  name: 'insights',
  routes: ['/api/insights'],
  config: z.object({}),
  module: InsightsModule,
  entities: [],
  migrations,
})
