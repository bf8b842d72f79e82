import { randomUUID } from 'node:crypto'
import { Body, Controller, Get, Header, Headers, Param, Post, Query, Req, Res } from '@nestjs/common'
import { ApiExcludeController } from '@nestjs/swagger'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { DataSource } from 'typeorm'
import { z } from 'zod'
import { DomainError, type FieldError, fieldErrors, languageOf, Public } from '#libs/platform'
import { joinPage } from './join-page.ts'
import { KnownCodes, type KnownSite } from './known-codes.ts'
import { PAGE_POLICY } from './page-frame.ts'
import { registrationRequest } from './registration-request.ts'
import { StatusByReceipt } from './registration-status.ts'
import { statusPage } from './status-page.ts'
import { SubmitRegistration } from './submit.ts'

const arrival = z.object({ code: z.string().max(40).optional(), scan: z.string().max(40).optional() })
const form = z.record(z.string(), z.string())

/** The driver's page: a plain form that needs no script. */
@ApiExcludeController()
@Public()
@Controller('join')
export class JoinController {
  constructor(
    private readonly codes: KnownCodes,
    private readonly submitRegistration: SubmitRegistration,
    private readonly statuses: StatusByReceipt,
    private readonly dataSource: DataSource,
  ) {}

  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('cache-control', 'no-store')
  @Header('content-security-policy', PAGE_POLICY)
  async show(@Query({ schema: arrival }) { code = '', scan = '' }: z.infer<typeof arrival>): Promise<string> {
    return joinPage({ site: await this.siteOf(code), values: { code, scan, key: randomUUID() }, errors: [] })
  }

  /** Keeps the registration, or shows the form again with what has to be mended and everything that was typed. */
  @Post()
  async submit(
    @Body({ schema: form }) values: z.infer<typeof form>,
    @Req() { id: trace }: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { data: request, error } = registrationRequest.safeParse(fromForm(values))
    const errors: FieldError[] = error ? fieldErrors(error.issues) : []
    let key = values.key || randomUUID()
    try {
      if (request) {
        const idempotencyKey = key
        const submission = { idempotencyKey, request, channel: 'poster', at: new Date(), trace } as const
        const { receipt } = await this.submitRegistration.submit(submission)
        await reply.redirect(`/join/receipts/${receipt}`, 303)
        return
      }
    } catch (failure) {
      if (!(failure instanceof DomainError)) throw failure
      errors.push({ pointer: '', code: failure.code, ...failure.say })
      key = randomUUID()
    }
    const page = joinPage({ site: await this.siteOf(values.code ?? ''), values: { ...values, key }, errors })
    await reply
      .status(422)
      .headers({ 'content-security-policy': PAGE_POLICY, 'cache-control': 'no-store' })
      .type('text/html; charset=utf-8')
      .send(page)
  }

  @Get('receipts/:receipt')
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('cache-control', 'no-store')
  @Header('content-security-policy', PAGE_POLICY)
  async status(@Param('receipt') receipt: string, @Headers('accept-language') language?: string): Promise<string> {
    return statusPage(await this.statuses.find(receipt), languageOf(language), receipt)
  }

  private async siteOf(token: string): Promise<KnownSite | undefined> {
    return (await this.codes.ofTokens(this.dataSource.manager, token ? [token] : [])).get(token)
  }
}

/** Form fields as the API takes them; unticked boxes are missing from a form. */
function fromForm({ consentJoin, consentId, ...fields }: Record<string, string>) {
  return { ...fields, consents: { join: consentJoin === 'on', residentId: consentId === 'on' } }
}
