import { Module } from '@nestjs/common'
import { FunnelConsumer } from './funnel.consumer.ts'
import { Funnel } from './funnel.ts'
import { InsightsController } from './insights.controller.ts'

@Module({ controllers: [InsightsController, FunnelConsumer], providers: [Funnel] })
export class InsightsModule {}
