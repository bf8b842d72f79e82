import { Module } from '@nestjs/common'
import { CountedMemberships } from './counted-memberships.ts'
import { FunnelConsumer } from './funnel.consumer.ts'
import { Funnel } from './funnel.ts'
import { InsightsController } from './insights.controller.ts'
import { PeopleConsumer } from './people.consumer.ts'
import { People } from './people.ts'

@Module({
  controllers: [InsightsController, FunnelConsumer, PeopleConsumer],
  providers: [CountedMemberships, Funnel, People],
})
export class InsightsModule {}
