import { Controller, Get, Header, Res, UseFilters } from '@nestjs/common'
import { ApiExcludeController } from '@nestjs/swagger'
import type { FastifyReply } from 'fastify'
import { Allow, type Principal, Public, roles, Sender } from '#libs/platform'
import { Accounts } from '../accounts.ts'
import { consoleClient } from './console-client.ts'
import { homePage } from './home-page.ts'
import { PageErrors } from './page-errors.filter.ts'
import { sendPage } from './page-frame.ts'

/** The home page of whoever is signed in. */
@ApiExcludeController()
@UseFilters(PageErrors)
@Controller('console')
export class ConsoleController {
  constructor(private readonly accounts: Accounts) {}

  @Allow(...roles)
  @Get()
  async home(@Sender() sender: Principal, @Res() reply: FastifyReply): Promise<void> {
    const account = await this.accounts.own(sender)
    await sendPage(reply, homePage(account?.displayName ?? sender.name))
  }

  /** The home page's script: it calls the public API with the session's cookie. */
  @Public()
  @Get('console.js')
  @Header('content-type', 'text/javascript; charset=utf-8')
  @Header('cache-control', 'no-cache')
  script(): string {
    return `(${consoleClient})()`
  }
}
