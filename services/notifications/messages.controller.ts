import { Controller, Get, Param, ParseUUIDPipe } from '@nestjs/common'
import { ApiOkResponse, ApiTags } from '@nestjs/swagger'
import { DataSource } from 'typeorm'
import { z } from 'zod'
import { bilingualSchema, SignedIn } from '#libs/platform'

const messages = z.object({
  items: z.array(
    z.object({
      messageId: z.uuid(),
      template: z.string(),
      channel: z.string(),
      text: bilingualSchema,
      sentAt: z.iso.datetime(),
      withdrawnAt: z.iso.datetime().nullable().describe('Since when it is not true any more'),
      erasedAt: z.iso.datetime().nullable().describe('When its text was deleted on request'),
    }),
  ),
})

/** What drivers were told. */
@ApiTags('notifications')
@SignedIn()
@Controller('api/messages')
export class MessagesController {
  constructor(private readonly dataSource: DataSource) {}

  /** The messages about a registration, the first one first. */
  @Get('of-registration/:registrationId')
  @ApiOkResponse({ standardSchema: messages })
  async ofRegistration(@Param('registrationId', ParseUUIDPipe) registrationId: string) {
    const items = await this.dataSource.query(
      `select id as "messageId", template, channel, json_build_object('zh', text_zh, 'en', text_en) as text,
         sent_at as "sentAt", withdrawn_at as "withdrawnAt", erased_at as "erasedAt"
       from message where registration_id = $1 order by sent_at, id`,
      [registrationId],
    )
    return { items }
  }
}
