import { Module } from '@nestjs/common'
import { CaseList } from './case-list.ts'
import { CasesController } from './cases.controller.ts'
import { Cases } from './cases.ts'
import { Decisions } from './decide.ts'
import { MembersController } from './members.controller.ts'
import { PlacementsConsumer } from './placements.consumer.ts'

@Module({
  controllers: [CasesController, MembersController, PlacementsConsumer],
  providers: [CaseList, Cases, Decisions],
})
export class MembershipsModule {}
