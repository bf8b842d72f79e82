import { Body, Controller, Get, HttpCode, Param, ParseUUIDPipe, Post, Req } from '@nestjs/common'
import { ApiCreatedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { Allow, type Principal, roles, Sender, SignedIn } from '#libs/platform'
import type { Account } from './account.entity.ts'
import { type NewAccount, newAccount } from './account-input.ts'
import { Accounts } from './accounts.ts'

const accountAnswer = z.object({
  accountId: z.uuid(),
  name: z.string(),
  displayName: z.string(),
  role: z.enum(roles),
  federationId: z.string(),
  createdAt: z.iso.datetime(),
  disabledAt: z.iso.datetime().nullable(),
})

const accountsAnswer = z.object({ items: z.array(accountAnswer) })

const ownAnswer = accountAnswer
  .pick({ name: true, displayName: true, role: true, federationId: true })
  .extend({ accountId: z.string().describe('`operator` for who signed in by the operator secret') })

/** The accounts of a federation, for its admins. */
@ApiTags('accounts')
@SignedIn()
@Controller('api/accounts')
export class AccountsController {
  constructor(private readonly accounts: Accounts) {}

  @Get()
  @ApiOkResponse({ standardSchema: accountsAnswer })
  async list(@Sender() sender: Principal) {
    return { items: (await this.accounts.list(sender)).map(accountView) }
  }

  /** Who the sender is. */
  @Allow(...roles)
  @Get('me')
  @ApiOkResponse({ standardSchema: ownAnswer })
  async me(@Sender() sender: Principal) {
    const account = await this.accounts.own(sender)
    return { ...sender, displayName: account?.displayName ?? sender.name }
  }

  @Post()
  @ApiCreatedResponse({ standardSchema: accountAnswer })
  async create(
    @Body({ schema: newAccount }) request: NewAccount,
    @Sender() sender: Principal,
    @Req() { id: trace }: FastifyRequest,
  ) {
    return accountView(await this.accounts.create(request, sender, { now: new Date(), trace }))
  }

  /** Ends the right to sign in; a session that is open lasts to its end, 8 hours at most. */
  @Post(':accountId/disable')
  @HttpCode(200)
  @ApiOkResponse({ standardSchema: accountAnswer })
  async disable(@Param('accountId', ParseUUIDPipe) accountId: string, @Sender() sender: Principal) {
    return accountView(await this.accounts.disable(accountId, sender, new Date()))
  }
}

function accountView({ id, name, displayName, role, federationId, createdAt, disabledAt }: Account) {
  return { accountId: id, name, displayName, role, federationId, createdAt, disabledAt }
}
