import { Body, Controller, Get, HttpCode, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common'
import { ApiOkResponse, ApiTags } from '@nestjs/swagger'
import { z } from 'zod'
import { Allow, type Principal, Sender, SignedIn } from '#libs/platform'
import { type Reasoned, reasoned } from '../reasoned.ts'
import { HubList } from './hub-list.ts'
import { IdentityDecisions } from './identity-decisions.ts'
import { IdentityView } from './identity-view.ts'
import { fields } from './record-fields.ts'
import { doneAnswer, hubsAnswer, identityAnswer, outcomeAnswer } from './review-answers.ts'

const splitting = reasoned.extend({ recordIds: z.array(z.uuid()).min(1).max(500) })

const choosing = z.object({
  field: z.enum(fields),
  recordId: z.uuid().nullable().describe('Whose value stands; null: the rule decides again'),
})

const hubQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  after: z
    .string()
    .regex(/^-?\d{1,19}$/)
    .nullable()
    .default(null),
})

/** Single people: what is known of them, and what people decide about them. */
@ApiTags('identities')
@SignedIn()
@Allow('operator', 'admin')
@Controller('api/identities')
export class IdentityReviewController {
  constructor(
    private readonly identities: IdentityView,
    private readonly decisions: IdentityDecisions,
    private readonly hubs: HubList,
  ) {}

  /** Values that very many records share: nobody looks for others under them. */
  @Get('hubs')
  @Allow('operator')
  @ApiOkResponse({ standardSchema: hubsAnswer })
  async hubList(@Query({ schema: hubQuery }) { limit, after }: z.infer<typeof hubQuery>) {
    return this.hubs.page(limit, after)
  }

  /** A person: records, the values that stand, history and judgements; a retired id leads to the living one. */
  @Get(':identityId')
  @ApiOkResponse({ standardSchema: identityAnswer })
  async one(@Param('identityId', ParseUUIDPipe) identityId: string, @Sender() sender: Principal) {
    return this.identities.one(identityId, sender)
  }

  /** These records are another person's. */
  @Post(':identityId/split')
  @HttpCode(200)
  @ApiOkResponse({ standardSchema: outcomeAnswer })
  async split(
    @Param('identityId', ParseUUIDPipe) identityId: string,
    @Body({ schema: splitting }) { recordIds, reason }: z.infer<typeof splitting>,
    @Sender() sender: Principal,
  ) {
    return this.decisions.split(identityId.toLowerCase(), recordIds, { sender, reason, now: new Date() })
  }

  /** Chooses which record's value of a field stands for the person. */
  @Post(':identityId/survivors')
  @HttpCode(200)
  @ApiOkResponse({ standardSchema: doneAnswer })
  async choose(
    @Param('identityId', ParseUUIDPipe) identityId: string,
    @Body({ schema: choosing }) { field, recordId }: z.infer<typeof choosing>,
    @Sender() sender: Principal,
  ) {
    await this.decisions.choose(identityId.toLowerCase(), field, recordId, sender, new Date())
    return { done: true }
  }

  /** Takes a judgement back: everything is decided anew, as if it had never been made. */
  @Post('judgements/:judgementId/undo')
  @HttpCode(200)
  @ApiOkResponse({ standardSchema: outcomeAnswer })
  async undo(
    @Param('judgementId', ParseUUIDPipe) judgementId: string,
    @Body({ schema: reasoned }) { reason }: Reasoned,
    @Sender() sender: Principal,
  ) {
    return this.decisions.undo(judgementId, { sender, reason, now: new Date() })
  }
}
