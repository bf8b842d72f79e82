import { Controller, Get, Param, ParseUUIDPipe } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import { DataSource } from 'typeorm'
import { SignedIn } from '#libs/platform'

/** What drivers were told. */
@ApiTags('notifications')
@SignedIn()
@Controller('api/messages')
export class MessagesController {
  constructor(private readonly dataSource: DataSource) {}

  /** The messages about a registration, the first one first. */
  @Get('of-registration/:registrationId')
  async ofRegistration(@Param('registrationId', ParseUUIDPipe) registrationId: string) {
    const items = await this.dataSource.query(
      `select id as "messageId", template, channel, json_build_object('zh', text_zh, 'en', text_en) as text,
         sent_at as "sentAt"
       from message where registration_id = $1 order by sent_at, id`,
      [registrationId],
    )
    return { items }
  }
}
