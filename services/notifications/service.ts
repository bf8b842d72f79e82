import { z } from 'zod'
import { defineService } from '#libs/platform'
import * as migrations from './migrations/index.ts'
import { NotificationsModule } from './notifications.module.ts'

/** What drivers are told, and through which channel. */
export const notifications = defineService({
  name: 'notifications',
  stream: 'notifications',
  routes: ['/api/messages'],
  config: z.object({}),
  module: NotificationsModule,
  entities: [],
  migrations,
})
