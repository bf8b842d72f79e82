import { Controller, Get } from '@nestjs/common'
import { ApiOkResponse, ApiTags } from '@nestjs/swagger'
import { DataSource } from 'typeorm'
import { z } from 'zod'
import { bilingualSchema, type Principal, Sender, SignedIn } from '#libs/platform'

const memberCount = z.object({
  federations: z.array(z.object({ federationId: z.string(), name: bilingualSchema, members: z.int() })),
  members: z.int(),
  people: z.int(),
})

/** The members of a federation and those below it. */
@ApiTags('memberships')
@SignedIn()
@Controller('api/members')
export class MembersController {
  constructor(private readonly dataSource: DataSource) {}

  /** How many living members each federation has, and how many people that is: the two must agree. */
  @Get('count')
  @ApiOkResponse({ standardSchema: memberCount })
  async count(@Sender() { federationId }: Principal) {
    const federations: { federationId: string; name: { zh: string; en: string }; members: number }[] =
      await this.dataSource.query(
        `select m.federation_id as "federationId", min(c.federation_name::text)::json as name, count(*)::int as members
         from member m join review_case c on c.id = m.case_id
         where m.ended_at is null and c.federation_path @> array[$1]
         group by m.federation_id order by members desc, m.federation_id`,
        [federationId],
      )
    const [{ people }] = await this.dataSource.query(
      `select count(distinct m.identity_id)::int as people
       from member m join review_case c on c.id = m.case_id
       where m.ended_at is null and c.federation_path @> array[$1]`,
      [federationId],
    )
    return { federations, members: federations.reduce((sum, { members }) => sum + members, 0), people }
  }
}
