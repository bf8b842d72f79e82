import { Module } from '@nestjs/common'
import { CaseEvents } from './case-events.ts'
import { CaseList } from './case-list.ts'
import { CaseStore } from './case-store.ts'
import { CaseWriter } from './case-writer.ts'
import { CasesController } from './cases.controller.ts'
import { Decisions } from './decide.ts'
import { Duplicates } from './duplicates.ts'
import { IdentitiesConsumer } from './identities.consumer.ts'
import { MembersController } from './members.controller.ts'
import { Memberships } from './memberships.ts'
import { PlacementsConsumer } from './placements.consumer.ts'
import { Settlement } from './settle.ts'

@Module({
  controllers: [CasesController, MembersController, PlacementsConsumer, IdentitiesConsumer],
  providers: [CaseEvents, CaseList, CaseStore, CaseWriter, Decisions, Duplicates, Memberships, Settlement],
})
export class MembershipsModule {}
