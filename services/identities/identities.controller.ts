import { Controller, Get, Param, ParseUUIDPipe } from '@nestjs/common'
import { ApiOkResponse, ApiTags } from '@nestjs/swagger'
import { DataSource } from 'typeorm'
import { z } from 'zod'
import { DomainError, SignedIn } from '#libs/platform'
import { reasons } from './resolve.ts'

const counts = z.object({ people: z.int(), registrations: z.int() })

const identity = z.object({
  identityId: z.uuid(),
  records: z.array(
    z.object({
      registrationId: z.uuid(),
      identityId: z.uuid(),
      platform: z.string().nullable(),
      reason: z.enum(reasons).describe('Why the registration was taken for this person'),
      resolvedAt: z.iso.datetime(),
    }),
  ),
})

/** Who is who: the registrations of a person, and why they were taken for one. */
@ApiTags('identities')
@SignedIn()
@Controller('api/identities')
export class IdentitiesController {
  constructor(private readonly dataSource: DataSource) {}

  /** How many people are known, and from how many registrations. */
  @Get('count')
  @ApiOkResponse({ standardSchema: counts })
  async count() {
    const [row] = await this.dataSource.query(
      `select (select count(*)::int from identity) as people, (select count(*)::int from record) as registrations`,
    )
    return row
  }

  /** The person behind a registration, with all registrations of that person. */
  @Get('of-registration/:registrationId')
  @ApiOkResponse({ standardSchema: identity })
  async ofRegistration(@Param('registrationId', ParseUUIDPipe) registrationId: string) {
    const records: { registrationId: string; identityId: string; reason: string; resolvedAt: Date }[] =
      await this.dataSource.query(
        `select r.registration_id as "registrationId", r.identity_id as "identityId", r.platform, r.reason,
           r.resolved_at as "resolvedAt"
         from record asked join record r on r.identity_id = asked.identity_id
         where asked.registration_id = $1 order by r.resolved_at, r.registration_id`,
        [registrationId],
      )
    if (!records[0]) {
      throw new DomainError('not_found', 'no_such_record', {
        zh: '该登记尚未完成身份比对，请稍后再查',
        en: 'The registration has not been resolved yet: look again in a moment',
      })
    }
    return { identityId: records[0].identityId, records }
  }
}
