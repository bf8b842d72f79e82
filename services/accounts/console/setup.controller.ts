import { Body, Controller, Get, Param, Post, Req, Res, UseFilters, UseGuards } from '@nestjs/common'
import { ApiExcludeController } from '@nestjs/swagger'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { DomainError, fieldErrors, Public, SameOrigin } from '#libs/platform'
import { firstAdmin } from '../account-input.ts'
import { PublicAddress } from '../public-address.ts'
import { SetupLinks } from '../setup-links.ts'
import { SignIn } from '../sign-in.ts'
import { PageErrors } from './page-errors.filter.ts'
import { sendPage } from './page-frame.ts'
import { closedLinkPage, setupPage } from './setup-page.ts'

const form = z.record(z.string(), z.string())

/** The page behind a set-up link: the first admin chooses name and password, without script. */
@ApiExcludeController()
@Public()
@UseGuards(SameOrigin)
@UseFilters(PageErrors)
@Controller('console/setup')
export class SetupController {
  constructor(
    private readonly links: SetupLinks,
    private readonly signIn: SignIn,
    private readonly address: PublicAddress,
  ) {}

  @Get(':token')
  async show(@Param('token') token: string, @Res() reply: FastifyReply): Promise<void> {
    const state = await this.links.state(token, new Date())
    if (state === 'open') await sendPage(reply, setupPage({}, []))
    else await sendPage(reply, closedLinkPage(state), 410)
  }

  /** Makes the first admin and signs in; faults come back with everything that was typed but the password. */
  @Post(':token')
  async submit(
    @Param('token') token: string,
    @Body({ schema: form }) values: z.infer<typeof form>,
    @Req() { id: trace }: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const now = new Date()
    const state = await this.links.state(token, now)
    if (state !== 'open') return sendPage(reply, closedLinkPage(state), 410)
    const { data: admin, error } = firstAdmin.safeParse(values)
    if (error) return sendPage(reply, setupPage(values, fieldErrors(error.issues)), 422)
    try {
      const account = await this.links.use(token, admin, { now, trace })
      this.address.startSession(reply, await this.signIn.as(account, now))
      await reply.redirect('/console', 303)
    } catch (failure) {
      if (!(failure instanceof DomainError)) throw failure
      if (failure.kind === 'gone') {
        return sendPage(reply, closedLinkPage(failure.code === 'setup_link_set_up' ? 'set_up' : 'expired'), 410)
      }
      const errors = [{ pointer: '/name', code: failure.code, ...failure.say }]
      return sendPage(reply, setupPage(values, errors), 422)
    }
  }
}
