import { Module } from '@nestjs/common'
import { CodesConsumer } from './codes.consumer.ts'
import { JoinController } from './join.controller.ts'
import { KnownCodes } from './known-codes.ts'
import { OutcomesConsumer } from './outcomes.consumer.ts'
import { StatusByReceipt } from './registration-status.ts'
import { RegistrationsController } from './registrations.controller.ts'
import { SubmitRegistration } from './submit.ts'

@Module({
  controllers: [RegistrationsController, JoinController, CodesConsumer, OutcomesConsumer],
  providers: [KnownCodes, StatusByReceipt, SubmitRegistration],
})
export class RegistrationsModule {}
