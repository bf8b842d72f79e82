import { Body, Controller, Get, HttpCode, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import { z } from 'zod'
import { type Principal, Sender, SignedIn } from '#libs/platform'
import { CaseList, caseStatuses } from './case-list.ts'
import { Decisions, type Outcome } from './decide.ts'
import { type RejectReason, type ReturnReason, rejectReasons, returnReasons } from './reason-codes.ts'

const query = z.object({
  status: z.enum(caseStatuses).default('open'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  after: z.string().nullable().default(null).describe('The `next` of the page before'),
})

const federation = z.object({ id: z.string().min(1), name: z.object({ zh: z.string().min(1), en: z.string().min(1) }) })
const approval = z.object({ federation: federation.optional().describe('For cases of the holding pool only') })
const approvals = z.object({ caseIds: z.array(z.uuid()).min(1).max(500) })
const returning = z.object({ reasonCode: z.enum(Object.keys(returnReasons) as [ReturnReason, ...ReturnReason[]]) })
const rejecting = z.object({ reasonCode: z.enum(Object.keys(rejectReasons) as [RejectReason, ...RejectReason[]]) })
const disclosing = z.object({ reason: z.string().trim().min(4).max(500) })

/** The review of applications by federation admins. */
@ApiTags('memberships')
@SignedIn()
@Controller('api/review-cases')
export class CasesController {
  constructor(
    private readonly cases: CaseList,
    private readonly decisions: Decisions,
  ) {}

  /** Cases of the sender's federation and those below it, the longest waiting first. */
  @Get()
  async list(@Query({ schema: query }) asked: z.infer<typeof query>, @Sender() sender: Principal) {
    return this.cases.page(asked, sender)
  }

  @Get(':caseId')
  async one(@Param('caseId', ParseUUIDPipe) caseId: string, @Sender() sender: Principal) {
    return this.cases.one(caseId, sender)
  }

  /** Shows the full personal data of a case; who looked and why is kept. */
  @Post(':caseId/disclose')
  @HttpCode(200)
  async disclose(
    @Param('caseId', ParseUUIDPipe) caseId: string,
    @Body({ schema: disclosing }) { reason }: z.infer<typeof disclosing>,
    @Sender() sender: Principal,
  ) {
    return this.cases.disclose(caseId, reason, sender, new Date())
  }

  /** Approves many cases at once; each is told what became of it. */
  @Post('approve')
  @HttpCode(200)
  async approveMany(@Body({ schema: approvals }) { caseIds }: z.infer<typeof approvals>, @Sender() sender: Principal) {
    const outcomes = await this.decisions.decide([...new Set(caseIds)], { kind: 'approve' }, sender, new Date())
    return { outcomes: outcomes.map(outcomeView) }
  }

  @Post(':caseId/approve')
  @HttpCode(200)
  async approve(
    @Param('caseId', ParseUUIDPipe) caseId: string,
    @Body({ schema: approval.default({}) }) { federation }: z.infer<typeof approval>,
    @Sender() sender: Principal,
  ) {
    return outcomeView(await this.decisions.decideOne(caseId, { kind: 'approve', federation }, sender, new Date()))
  }

  /** Gives the application back to the driver, who is told what to mend. */
  @Post(':caseId/return')
  @HttpCode(200)
  async return(
    @Param('caseId', ParseUUIDPipe) caseId: string,
    @Body({ schema: returning }) { reasonCode }: z.infer<typeof returning>,
    @Sender() sender: Principal,
  ) {
    return outcomeView(await this.decisions.decideOne(caseId, { kind: 'return', reasonCode }, sender, new Date()))
  }

  @Post(':caseId/reject')
  @HttpCode(200)
  async reject(
    @Param('caseId', ParseUUIDPipe) caseId: string,
    @Body({ schema: rejecting }) { reasonCode }: z.infer<typeof rejecting>,
    @Sender() sender: Principal,
  ) {
    return outcomeView(await this.decisions.decideOne(caseId, { kind: 'reject', reasonCode }, sender, new Date()))
  }
}

function outcomeView({ caseId, decided, memberNumber, problem }: Outcome) {
  return { caseId, decided, memberNumber, problem: problem && { code: problem.code, ...problem.say } }
}
