import { Body, Controller, Get, HttpCode, Param, ParseUUIDPipe, Post, Req } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import type { FastifyRequest } from 'fastify'
import { Allow, type Principal, roles, Sender, SignedIn } from '#libs/platform'
import type { Account } from './account.entity.ts'
import { type NewAccount, newAccount } from './account-input.ts'
import { Accounts } from './accounts.ts'

/** The accounts of a federation, for its admins. */
@ApiTags('accounts')
@SignedIn()
@Controller('api/accounts')
export class AccountsController {
  constructor(private readonly accounts: Accounts) {}

  @Get()
  async list(@Sender() sender: Principal) {
    return { items: (await this.accounts.list(sender)).map(accountView) }
  }

  /** Who the sender is. */
  @Allow(...roles)
  @Get('me')
  async me(@Sender() sender: Principal) {
    const account = await this.accounts.own(sender)
    return { ...sender, displayName: account?.displayName ?? sender.name }
  }

  @Post()
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
  async disable(@Param('accountId', ParseUUIDPipe) accountId: string, @Sender() sender: Principal) {
    return accountView(await this.accounts.disable(accountId, sender, new Date()))
  }
}

function accountView({ id, name, displayName, role, federationId, createdAt, disabledAt }: Account) {
  return { accountId: id, name, displayName, role, federationId, createdAt, disabledAt }
}
