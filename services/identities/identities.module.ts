import { Module } from '@nestjs/common'
import { IdentitiesController } from './identities.controller.ts'
import { MatchKeyMaker } from './match-keys.ts'
import { Records } from './records.ts'
import { ResolverConsumer } from './resolver.consumer.ts'

@Module({ controllers: [IdentitiesController, ResolverConsumer], providers: [MatchKeyMaker, Records] })
export class IdentitiesModule {}
