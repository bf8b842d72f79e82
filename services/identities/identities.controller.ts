import { Controller, Get, Param, ParseUUIDPipe } from '@nestjs/common'
import { ApiOkResponse, ApiTags } from '@nestjs/swagger'
import { DataSource } from 'typeorm'
import { z } from 'zod'
import { DomainError, forbidden, type Principal, Sender, SignedIn } from '#libs/platform'
import { maySee, type Placed } from './review/authority.ts'

const counts = z.object({
  people: z.int().describe('Identities with at least one registration'),
  registrations: z.int(),
  leads: z.int().describe('Drivers whom platforms listed, registered or not'),
  waiting: z.int().describe('Records that wait in components so large that they are decided about aside'),
})

const identity = z.object({
  identityId: z.uuid(),
  records: z.array(
    z.object({
      recordId: z.uuid(),
      kind: z.enum(['registration', 'lead']),
      platform: z.string().nullable(),
      revision: z.int().describe('How often the record has been given to a person'),
      cause: z.string().describe('What the last time was due to'),
      since: z.iso.datetime(),
    }),
  ),
})

/** Who is who: the records of a person. */
@ApiTags('identities')
@SignedIn()
@Controller('api/identities')
export class IdentitiesController {
  constructor(private readonly dataSource: DataSource) {}

  /** How many people are known, and from how many records. */
  @Get('count')
  @ApiOkResponse({ standardSchema: counts })
  async count() {
    const [row] = await this.dataSource.query(
      `select
         (select count(distinct m.identity_id)::int from membership_of_record m join record r on r.id = m.record_id
          where r.kind = 'registration') as people,
         (select count(*)::int from membership_of_record m join record r on r.id = m.record_id
          where r.kind = 'registration') as registrations,
         (select count(*)::int from record where kind = 'lead') as leads,
         (select count(*)::int from deferred_record) as waiting`,
    )
    return row
  }

  /** The person behind a registration, with all records of that person: for whoever has authority over one of them. */
  @Get('of-registration/:registrationId')
  @ApiOkResponse({ standardSchema: identity })
  async ofRegistration(@Param('registrationId', ParseUUIDPipe) registrationId: string, @Sender() sender: Principal) {
    const [known] = await this.dataSource.query(
      `select identity_id as id from membership_of_record where record_id = $1`,
      [registrationId],
    )
    if (!known) {
      const [deferred] = await this.dataSource.query(`select from deferred_record where record_id = $1`, [
        registrationId,
      ])
      throw new DomainError('not_found', deferred ? 'waiting_for_large_component' : 'no_such_record', {
        zh: deferred ? '该登记与大量记录相关，正在后台比对，请过几分钟再查' : '该登记尚未完成身份比对，请稍后再查',
        en: deferred
          ? 'The registration touches very many records and is being compared aside: look again in some minutes'
          : 'The registration has not been resolved yet: look again in a moment',
      })
    }
    const records = await this.recordsOf(known.id)
    if (!maySee(sender, records)) throw forbidden()
    return { identityId: known.id, records: records.map(({ federationPath: _, ...record }) => record) }
  }

  private recordsOf(identityId: string): Promise<(Placed & { readonly recordId: string })[]> {
    return this.dataSource.query(
      `select m.record_id as "recordId", r.kind, r.platform, m.revision, e.cause, e.at as since,
         r.federation_path as "federationPath"
       from membership_of_record m join record r on r.id = m.record_id
       join identity_event e on e.record_id = m.record_id and e.revision = m.revision
       where m.identity_id = $1 order by e.at, m.record_id`,
      [identityId],
    )
  }
}
