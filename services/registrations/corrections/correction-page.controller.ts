import { Body, Controller, Get, Param, Post, Req, Res } from '@nestjs/common'
import { ApiExcludeController } from '@nestjs/swagger'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { DomainError, type FieldError, fieldErrors, Public } from '#libs/platform'
import type { Values } from '../pages/form-fields.ts'
import { sendPage } from '../pages/page-frame.ts'
import { unknownReceiptPage } from '../pages/status-page.ts'
import { correctable, StatusByReceipt } from '../registration-status.ts'
import { CorrectRegistration } from './correct.ts'
import { correctionPage } from './correction-page.ts'
import { correctionRequest } from './correction-request.ts'

const form = z.record(z.string(), z.string())

const nothingToMend: FieldError = {
  pointer: '',
  code: 'nothing_to_correct',
  zh: '请先填写要改的那一项，再点“提交修改”',
  en: 'Fill in what changes, then send it',
}

/** The page holds the version as it is now: sending it again is enough. */
const changedMeanwhile: FieldError = {
  pointer: '',
  code: 'version_conflict',
  zh: '这份申请刚刚被改过。请核对下面填写的内容，再点一次“提交修改”',
  en: 'The application was changed meanwhile: check what is filled in below, and send it again',
}

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
    const status = await this.statuses.look(receipt)
    if (!status) return sendPage(reply, unknownReceiptPage(), 404)
    const { data, error } = correctionRequest.safeParse({ ...filled, version: Number(version) })
    if (!data) return this.answer(receipt, fields, fieldErrors(error.issues), reply)
    if (Object.keys(filled).length === 0) return this.answer(receipt, fields, [nothingToMend], reply)
    const { registrationId } = status
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
      const { code, say } = failure
      const fault = code === changedMeanwhile.code ? changedMeanwhile : { pointer: '', code, ...say }
      return this.answer(receipt, fields, [fault], reply)
    }
    await reply.redirect(`/join/receipts/${receipt}`, 303)
  }

  private async answer(
    receipt: string,
    values: Values,
    errors: readonly FieldError[],
    reply: FastifyReply,
  ): Promise<void> {
    const status = await this.statuses.look(receipt)
    if (!status) return sendPage(reply, unknownReceiptPage(), 404)
    if (!correctable.includes(status.status)) {
      await reply.redirect(`/join/receipts/${receipt}`, 303)
      return
    }
    await sendPage(reply, correctionPage({ receipt, status, values, errors }), errors.length > 0 ? 422 : 200)
  }
}
