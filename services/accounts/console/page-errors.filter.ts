import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common'
import type { FastifyReply } from 'fastify'
import { html } from 'ghtml'
import { DomainError, problemOf } from '#libs/platform'
import { sendPage } from './page-frame.ts'

/** Tells errors of the console as pages; who is not signed in is led to where that is done. */
@Catch(DomainError)
export class PageErrors implements ExceptionFilter<DomainError> {
  async catch(error: DomainError, host: ArgumentsHost): Promise<void> {
    const reply = host.switchToHttp().getResponse<FastifyReply>()
    if (error.kind === 'unauthenticated') {
      await reply.header('cache-control', 'no-store').redirect('/console/sign-in', 303)
      return
    }
    const body = html`
<div class="card narrow" role="alert">
  <h1>${error.say.zh}<br><small>${error.say.en}</small></h1>
  <p><a href="/console">返回管理台 Back to the console</a></p>
</div>`
    await sendPage(reply, { title: error.say.zh, body }, problemOf(error, 'zh').status)
  }
}
