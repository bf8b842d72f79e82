import { Body, Controller, Get, Post, Req, Res, UseFilters, UseGuards } from '@nestjs/common'
import { ApiExcludeController } from '@nestjs/swagger'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { html } from 'ghtml'
import { z } from 'zod'
import { DomainError, Public, problemOf, SameOrigin } from '#libs/platform'
import { PublicAddress } from '../public-address.ts'
import { SignIn } from '../sign-in.ts'
import { type FormField, formField } from './form-field.ts'
import { PageErrors } from './page-errors.filter.ts'
import { type Page, sendPage } from './page-frame.ts'

const form = z.object({ name: z.string().max(200).default(''), password: z.string().max(200).default('') })

const NAME: FormField = {
  name: 'name',
  zh: '登录名',
  en: 'Sign-in name',
  attributes: 'autocomplete="username" autocapitalize="none" maxlength="200"',
}

const PASSWORD: FormField = {
  name: 'password',
  zh: '密码',
  en: 'Password',
  attributes: 'type="password" autocomplete="current-password" maxlength="200"',
}

/** Sign-in and sign-out, without script. */
@ApiExcludeController()
@Public()
@UseGuards(SameOrigin)
@UseFilters(PageErrors)
@Controller('console')
export class SignInController {
  constructor(
    private readonly signIn: SignIn,
    private readonly address: PublicAddress,
  ) {}

  @Get('sign-in')
  async show(@Res() reply: FastifyReply): Promise<void> {
    await sendPage(reply, signInPage(''))
  }

  @Post('sign-in')
  async submit(
    @Body({ schema: form }) { name, password }: z.infer<typeof form>,
    @Req() { ip }: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    try {
      const session = await this.signIn.withPassword({ name, address: ip }, password, new Date())
      this.address.startSession(reply, session)
      await reply.redirect('/console', 303)
    } catch (error) {
      if (!(error instanceof DomainError)) throw error
      await sendPage(reply, signInPage(name, error), problemOf(error, 'zh').status)
    }
  }

  @Post('sign-out')
  async signOut(@Res() reply: FastifyReply): Promise<void> {
    this.address.endSession(reply)
    await reply.redirect('/console/sign-in', 303)
  }
}

function signInPage(name: string, error?: DomainError): Page {
  const body = html`
<h1 class="narrow">登录 <small>Sign in</small></h1>
<form class="card narrow" method="post" action="/console/sign-in">
  !${error ? html`<p class="error" role="alert">${error.say.zh}<br><small>${error.say.en}</small></p>` : ''}
  !${formField(NAME, { name }, [])}
  !${formField(PASSWORD, {}, [])}
  <button class="main">登录 Sign in</button>
</form>
<p class="narrow">还没有账号？请联系上级工会管理员开通。<br>
<small>No account yet? Ask an admin of the union above yours.</small></p>`
  return { title: '登录', body }
}
