import { Module } from '@nestjs/common'
import { MessagesConsumer } from './messages.consumer.ts'
import { MessagesController } from './messages.controller.ts'

@Module({ controllers: [MessagesController, MessagesConsumer] })
export class NotificationsModule {}
