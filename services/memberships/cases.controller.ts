import { Body, Controller, Get, HttpCode, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common'
import { ApiOkResponse, ApiTags } from '@nestjs/swagger'
import { z } from 'zod'
import { bilingualSchema, type Principal, Sender, SignedIn } from '#libs/platform'
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

const reasonAnswer = bilingualSchema.extend({ code: z.string() })

const caseAnswer = z.object({
  caseId: z.uuid(),
  identityId: z.uuid(),
  status: z.enum(caseStatuses),
  mergedInto: z.uuid().nullable().describe('The case of the same person that is decided in its place'),
  suspectedDuplicates: z
    .array(
      z.object({
        identityId: z.uuid(),
        kind: z.enum(['likely', 'id_conflict', 'kept_apart']),
        weight: z.int().nullable().describe('Of the strongest pair of records, milli-bits'),
      }),
    )
    .describe('Who may be the same person, the strongest suspicion first: look before approving'),
  name: z.string().describe('Masked, as `mobile` and `residentId` are; 已删除 when the data was erased'),
  mobile: z.string(),
  residentId: z.string().nullable(),
  federationId: z.string().nullable().describe('Null in the holding pool, until an approval names one'),
  federationName: bilingualSchema.nullable(),
  federationPath: z.array(z.string()).describe('The federations whose admins may decide it'),
  ruleId: z.string().nullable(),
  ruleSetVersion: z.int(),
  heldBecause: z.string().nullable().describe('Why no rule placed the driver'),
  reasons: z.array(reasonAnswer).describe('Why the driver was placed here, step by step'),
  erasedAt: z.iso.datetime().nullable().describe('When the data that the case shows was erased on request'),
  registrationId: z.uuid().describe('The registration whose data the case shows'),
  registrationIds: z.array(z.uuid()).describe('Every registration that the case holds, the first one first'),
  registrations: z.int().describe('How many these are'),
  openedAt: z.iso.datetime(),
  dueAt: z.iso.datetime(),
  decidedAt: z.iso.datetime().nullable(),
  decidedBy: z.string().nullable(),
  reasonCode: z.string().nullable().describe('Why it was returned or rejected'),
  memberNumber: z.string().nullable(),
})

const casePage = z.object({
  items: z.array(caseAnswer),
  next: z.string().nullable().describe('`after` of the next page; null on the last one'),
})

const disclosed = z.object({
  name: z.string(),
  mobile: z.string(),
  residentId: z.string().nullable(),
  plate: z.string().nullable(),
})

const outcomeAnswer = z.object({
  caseId: z.uuid(),
  decided: z.boolean(),
  memberNumber: z.string().nullable(),
  problem: reasonAnswer.nullable().describe('Why it was not decided'),
})

const outcomesAnswer = z.object({ outcomes: z.array(outcomeAnswer) })

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
  @ApiOkResponse({ standardSchema: casePage })
  async list(@Query({ schema: query }) asked: z.infer<typeof query>, @Sender() sender: Principal) {
    return this.cases.page(asked, sender)
  }

  @Get(':caseId')
  @ApiOkResponse({ standardSchema: caseAnswer })
  async one(@Param('caseId', ParseUUIDPipe) caseId: string, @Sender() sender: Principal) {
    return this.cases.one(caseId, sender)
  }

  /** Shows the full personal data of a case; who looked and why is kept. */
  @Post(':caseId/disclose')
  @HttpCode(200)
  @ApiOkResponse({ standardSchema: disclosed })
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
  @ApiOkResponse({ standardSchema: outcomesAnswer })
  async approveMany(@Body({ schema: approvals }) { caseIds }: z.infer<typeof approvals>, @Sender() sender: Principal) {
    const outcomes = await this.decisions.decide([...new Set(caseIds)], { kind: 'approve' }, sender, new Date())
    return { outcomes: outcomes.map(outcomeView) }
  }

  @Post(':caseId/approve')
  @HttpCode(200)
  @ApiOkResponse({ standardSchema: outcomeAnswer })
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
  @ApiOkResponse({ standardSchema: outcomeAnswer })
  async return(
    @Param('caseId', ParseUUIDPipe) caseId: string,
    @Body({ schema: returning }) { reasonCode }: z.infer<typeof returning>,
    @Sender() sender: Principal,
  ) {
    return outcomeView(await this.decisions.decideOne(caseId, { kind: 'return', reasonCode }, sender, new Date()))
  }

  @Post(':caseId/reject')
  @HttpCode(200)
  @ApiOkResponse({ standardSchema: outcomeAnswer })
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
