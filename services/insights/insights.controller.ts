import { Controller, Get, Query } from '@nestjs/common'
import { ApiOkResponse, ApiTags } from '@nestjs/swagger'
import { DataSource } from 'typeorm'
import { z } from 'zod'
import { bilingualSchema, SignedIn } from '#libs/platform'
import { Funnel } from './funnel.ts'

const period = z.object({
  from: z.iso.date().nullable().default(null).describe('First day, Beijing time'),
  to: z.iso.date().nullable().default(null).describe('Last day, included'),
})

const funnel = z.object({
  sites: z.array(
    z.object({
      siteId: z.uuid().describe('All zeros for registrations that came through no code'),
      name: bilingualSchema,
      scans: z.int(),
      submitted: z.int(),
      newPeople: z.int(),
      approved: z.int(),
    }),
  ),
})

/** Figures of the campaign. */
@ApiTags('insights')
@SignedIn()
@Controller('api/insights')
export class InsightsController {
  constructor(
    private readonly funnel: Funnel,
    private readonly dataSource: DataSource,
  ) {}

  /** Scans → submitted → new people → approved, per site. */
  @Get('funnel')
  @ApiOkResponse({ standardSchema: funnel })
  async perSite(@Query({ schema: period }) asked: z.infer<typeof period>) {
    return { sites: await this.funnel.perSite(this.dataSource.manager, asked) }
  }
}
