import { Module } from '@nestjs/common'
import { MessagesConsumer } from './messages.consumer.ts'
import { MessagesController } from './messages.controller.ts'
import { Messages } from './messages.ts'

@Module({ controllers: [MessagesController, MessagesConsumer], providers: [Messages] })
export class NotificationsModule {}
