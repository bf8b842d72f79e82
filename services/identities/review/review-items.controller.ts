import { Body, Controller, Get, Header, HttpCode, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common'
import { ApiOkResponse, ApiTags } from '@nestjs/swagger'
import { z } from 'zod'
import { waterfallSvg } from '#libs/linkage'
import { Allow, type Principal, Sender, SignedIn } from '#libs/platform'
import { type Reasoned, reasoned } from '../reasoned.ts'
import { ItemView } from './item-view.ts'
import { type ItemId, Leases } from './leases.ts'
import { Overrides } from './overrides.ts'
import { PairDecisions } from './pair-decisions.ts'
import {
  disclosedAnswer,
  doneAnswer,
  itemAnswer,
  leaseAnswer,
  outcomeAnswer,
  overrideAnswer,
  queuePage,
} from './review-answers.ts'
import { ReviewQueue } from './review-queue.ts'

const query = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  after: z.string().nullable().default(null).describe('The `next` of the page before'),
})

const Lo = () => Param('lo', ParseUUIDPipe)
const Hi = () => Param('hi', ParseUUIDPipe)

/** The two of an item in their order, whichever way round they are asked for. */
function itemOf(x: string, y: string): ItemId {
  const [a, b] = [x.toLowerCase(), y.toLowerCase()]
  return a < b ? { lo: a, hi: b } : { lo: b, hi: a }
}

/** Suspected duplicates, for people to decide: pairs of identities that may be one person. */
@ApiTags('identities')
@SignedIn()
@Allow('operator', 'admin')
@Controller('api/identities/review-items')
export class ReviewItemsController {
  constructor(
    private readonly queue: ReviewQueue,
    private readonly items: ItemView,
    private readonly leases: Leases,
    private readonly pairs: PairDecisions,
    private readonly overrides: Overrides,
  ) {}

  /** What the sender may decide, the most valuable answer first; id conflicts last. */
  @Get()
  @ApiOkResponse({ standardSchema: queuePage })
  async list(@Query({ schema: query }) asked: z.infer<typeof query>, @Sender() sender: Principal) {
    return this.queue.page(asked, sender, new Date())
  }

  /** Both sides, field by field, masked, and why they may be one person. */
  @Get(':lo/:hi')
  @ApiOkResponse({ standardSchema: itemAnswer })
  async one(@Lo() lo: string, @Hi() hi: string, @Sender() sender: Principal) {
    return this.items.one(itemOf(lo, hi), sender, new Date())
  }

  /** The evidence of the strongest pair as a picture. */
  @Get(':lo/:hi/waterfall.svg')
  @Header('content-type', 'image/svg+xml')
  @Header('cache-control', 'private, no-store')
  @ApiOkResponse({ content: { 'image/svg+xml': {} } })
  async waterfall(@Lo() lo: string, @Hi() hi: string, @Sender() sender: Principal): Promise<string> {
    return waterfallSvg(await this.items.waterfall(itemOf(lo, hi), sender))
  }

  /** Takes the item for ten minutes, or keeps it ten minutes more. */
  @Post(':lo/:hi/lease')
  @HttpCode(200)
  @ApiOkResponse({ standardSchema: leaseAnswer })
  async lease(@Lo() lo: string, @Hi() hi: string, @Sender() sender: Principal) {
    await this.items.check(itemOf(lo, hi), sender)
    const { leasedBy, until } = await this.leases.take(itemOf(lo, hi), sender, new Date())
    return { leasedBy, until }
  }

  /** Gives the item back. */
  @Post(':lo/:hi/release')
  @HttpCode(200)
  @ApiOkResponse({ standardSchema: doneAnswer })
  async release(@Lo() lo: string, @Hi() hi: string, @Sender() sender: Principal) {
    await this.leases.release(itemOf(lo, hi), sender)
    return { done: true }
  }

  /** Shows the full values of both sides; who looked and why is kept. */
  @Post(':lo/:hi/disclose')
  @HttpCode(200)
  @ApiOkResponse({ standardSchema: disclosedAnswer })
  async disclose(
    @Lo() lo: string,
    @Hi() hi: string,
    @Body({ schema: reasoned }) { reason }: Reasoned,
    @Sender() sender: Principal,
  ) {
    return this.items.disclose(itemOf(lo, hi), { sender, reason, now: new Date() })
  }

  /** The two are one person. */
  @Post(':lo/:hi/accept')
  @HttpCode(200)
  @ApiOkResponse({ standardSchema: outcomeAnswer })
  async accept(
    @Lo() lo: string,
    @Hi() hi: string,
    @Body({ schema: reasoned }) { reason }: Reasoned,
    @Sender() sender: Principal,
  ) {
    return this.pairs.accept(itemOf(lo, hi), { sender, reason, now: new Date() })
  }

  /** The two are different people; they are not suspected again unless this is undone. */
  @Post(':lo/:hi/reject')
  @HttpCode(200)
  @ApiOkResponse({ standardSchema: outcomeAnswer })
  async reject(
    @Lo() lo: string,
    @Hi() hi: string,
    @Body({ schema: reasoned }) { reason }: Reasoned,
    @Sender() sender: Principal,
  ) {
    return this.pairs.reject(itemOf(lo, hi), { sender, reason, now: new Date() })
  }

  /** Proposes that two valid, different resident ids are one person's; or confirms what another one proposed. */
  @Post(':lo/:hi/override')
  @HttpCode(200)
  @ApiOkResponse({ standardSchema: overrideAnswer })
  async override(
    @Lo() lo: string,
    @Hi() hi: string,
    @Body({ schema: reasoned }) { reason }: Reasoned,
    @Sender() sender: Principal,
  ) {
    return this.overrides.override(itemOf(lo, hi), { sender, reason, now: new Date() })
  }

  /** Takes a proposed override back. */
  @Post(':lo/:hi/override/withdraw')
  @HttpCode(200)
  @ApiOkResponse({ standardSchema: doneAnswer })
  async withdraw(@Lo() lo: string, @Hi() hi: string, @Sender() sender: Principal) {
    await this.overrides.withdraw(itemOf(lo, hi), sender, new Date())
    return { done: true }
  }
}
