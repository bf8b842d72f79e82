import { Module } from '@nestjs/common'
import { FederationBook } from './federation-book.ts'
import { FederationsController } from './federations.controller.ts'
import { PlacementConsumer } from './placement.consumer.ts'

@Module({ controllers: [FederationsController, PlacementConsumer], providers: [FederationBook] })
export class FederationsModule {}
