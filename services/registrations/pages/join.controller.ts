import { randomUUID } from 'node:crypto'
import { Body, Controller, Get, Headers, Param, Post, Query, Req, Res } from '@nestjs/common'
import { ApiExcludeController } from '@nestjs/swagger'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { DataSource } from 'typeorm'
import { z } from 'zod'
import { DomainError, type FieldError, fieldErrors, languageOf, Public } from '#libs/platform'
import { KnownCodes, type KnownSite } from '../known-codes.ts'
import { registrationRequest } from '../registration-request.ts'
import { StatusByReceipt } from '../registration-status.ts'
import { SubmitRegistration } from '../submit.ts'
import { joinPage } from './join-page.ts'
import { sendPage } from './page-frame.ts'
import { statusPage, unknownReceiptPage } from './status-page.ts'

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
  async show(
    @Query({ schema: arrival }) { code = '', scan = '' }: z.infer<typeof arrival>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const values = { code, scan, key: randomUUID() }
    await sendPage(reply, joinPage({ site: await this.siteOf(code), values, errors: [] }))
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
    await sendPage(reply, page, 422)
  }

  @Get('receipts/:receipt')
  async status(
    @Param('receipt') receipt: string,
    @Headers('accept-language') language: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const status = await this.statuses.look(receipt)
    if (status) await sendPage(reply, statusPage(status, languageOf(language), receipt))
    else await sendPage(reply, unknownReceiptPage(), 404)
  }

  private async siteOf(token: string): Promise<KnownSite | undefined> {
    return (await this.codes.ofTokens(this.dataSource.manager, token ? [token] : [])).get(token)
  }
}

/** Form fields as the API takes them; unticked boxes are missing from a form. */
function fromForm({ consentJoin, consentId, ...fields }: Record<string, string>) {
  return { ...fields, consents: { join: consentJoin === 'on', residentId: consentId === 'on' } }
}
