import { Controller, Get, HttpCode, Param, ParseUUIDPipe, Post } from '@nestjs/common'
import { ApiAcceptedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger'
import { Allow, type Principal, Sender, SignedIn } from '#libs/platform'
import { jobAnswer } from './bulk-answers.ts'
import { BulkJobs } from './bulk-jobs.ts'
import { Rebuild } from './rebuild.ts'

/** Work on all records, in the background. */
@ApiTags('identities')
@SignedIn()
@Allow('operator')
@Controller('api/identities')
export class BulkController {
  constructor(
    private readonly jobs: BulkJobs,
    private readonly rebuild: Rebuild,
  ) {}

  /** Derives pairs, people and review items from the records anew. Changes, and tells of, only what was not in order. */
  @Post('rebuild')
  @HttpCode(202)
  @ApiAcceptedResponse({ standardSchema: jobAnswer })
  async start(@Sender() { accountId: startedBy }: Principal) {
    return this.jobs.start({ kind: 'rebuild', startedBy }, (context) => this.rebuild.run(context))
  }

  /** How far work is, and what came of it. */
  @Get('jobs/:jobId')
  @ApiOkResponse({ standardSchema: jobAnswer })
  async one(@Param('jobId', ParseUUIDPipe) jobId: string) {
    return this.jobs.one(jobId)
  }
}
