import { Module } from '@nestjs/common'
import { CodesConsumer } from './codes.consumer.ts'
import { CorrectRegistration } from './corrections/correct.ts'
import { CorrectionPageController } from './corrections/correction-page.controller.ts'
import { CorrectionsController } from './corrections/corrections.controller.ts'
import { EraseSubject } from './erasure/erase.ts'
import { ErasureController } from './erasure/erasure.controller.ts'
import { KnownCodes } from './known-codes.ts'
import { OutcomesConsumer } from './outcomes.consumer.ts'
import { JoinController } from './pages/join.controller.ts'
import { StatusByReceipt } from './registration-status.ts'
import { RegistrationsController } from './registrations.controller.ts'
import { ImportRoster } from './rosters/import-roster.ts'
import { LeadStore } from './rosters/lead-store.ts'
import { RostersController } from './rosters/rosters.controller.ts'
import { Rosters } from './rosters/rosters.ts'
import { SubmitRegistration } from './submit.ts'

@Module({
  controllers: [
    RegistrationsController,
    CorrectionsController,
    ErasureController,
    RostersController,
    JoinController,
    CorrectionPageController,
    CodesConsumer,
    OutcomesConsumer,
  ],
  providers: [
    KnownCodes,
    StatusByReceipt,
    SubmitRegistration,
    CorrectRegistration,
    EraseSubject,
    ImportRoster,
    LeadStore,
    Rosters,
  ],
})
export class RegistrationsModule {}
