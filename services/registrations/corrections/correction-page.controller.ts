import { Body, Controller, Get, Param, Post, Req, Res } from '@nestjs/common'
import { ApiExcludeController } from '@nestjs/swagger'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { DomainError, type FieldError, fieldErrors, Public } from '#libs/platform'
import type { Values } from '../form-fields.ts'
import { PAGE_POLICY } from '../page-frame.ts'
import { correctable, StatusByReceipt } from '../registration-status.ts'
import { CorrectRegistration } from './correct.ts'
import { correctionPage } from './correction-page.ts'
import { correctionRequest } from './correction-request.ts'

const form = z.record(z.string(), z.string())

/** The driver's page for corrections: a plain form that needs no script, for whoever holds the receipt. */
@ApiExcludeController()
@Public()
@Controller('join/receipts/:receipt/correct')
export class CorrectionPageController {
  constructor(
    private readonly corrections: CorrectRegistration,
    private readonly statuses: StatusByReceipt,
  ) {}

  /** Shows the form, or where the application stands when it can't be mended any more. */
  @Get()
  async show(@Param('receipt') receipt: string, @Res() reply: FastifyReply): Promise<void> {
    await this.answer(receipt, {}, [], reply)
  }

  /** Takes what was filled in, or shows the form again with what has to be mended. */
  @Post()
  async correct(
    @Param('receipt') receipt: string,
    @Body({ schema: form }) { version, ...fields }: z.infer<typeof form>,
    @Req() { id: trace }: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const filled = Object.fromEntries(Object.entries(fields).filter(([, value]) => value.trim() !== ''))
    const { data, error } = correctionRequest.safeParse({ ...filled, version: Number(version) })
    if (!data) return this.answer(receipt, fields, fieldErrors(error.issues), reply)
    const { registrationId } = await this.statuses.find(receipt)
    const { version: seen = 0, ...changes } = data
    try {
      await this.corrections.correct({
        registrationId,
        changes,
        version: seen,
        by: 'driver',
        at: new Date(),
        trace,
      })
    } catch (failure) {
      if (!(failure instanceof DomainError)) throw failure
      return this.answer(receipt, fields, [{ pointer: '', code: failure.code, ...failure.say }], reply)
    }
    await reply.redirect(`/join/receipts/${receipt}`, 303)
  }

  private async answer(
    receipt: string,
    values: Values,
    errors: readonly FieldError[],
    reply: FastifyReply,
  ): Promise<void> {
    const status = await this.statuses.find(receipt)
    if (!correctable.includes(status.status)) {
      await reply.redirect(`/join/receipts/${receipt}`, 303)
      return
    }
    await reply
      .status(errors.length > 0 ? 422 : 200)
      .headers({ 'content-security-policy': PAGE_POLICY, 'cache-control': 'no-store' })
      .type('text/html; charset=utf-8')
      .send(correctionPage({ receipt, status, values, errors }))
  }
}
