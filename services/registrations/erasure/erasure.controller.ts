import { Body, Controller, HttpCode, Param, ParseUUIDPipe, Post, Req } from '@nestjs/common'
import { ApiOkResponse, ApiTags } from '@nestjs/swagger'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { Allow, type Principal, Sender, SignedIn } from '#libs/platform'
import type { Subject } from '../audit.ts'
import { EraseSubject } from './erase.ts'

const erasureRequest = z.object({
  reason: z.string().trim().min(2).max(200).describe('Who asked for it and when; kept, so no personal data, please'),
})

const erasedAnswer = z.object({
  kind: z.enum(['registration', 'lead']),
  id: z.uuid(),
  erasedAt: z.iso.datetime().describe('When it was erased first'),
})

/** Erasure of personal data, by the operator at the request of the person. */
@ApiTags('erasure')
@SignedIn()
@Allow('operator')
@Controller('api')
export class ErasureController {
  constructor(private readonly erasures: EraseSubject) {}

  /** Deletes the personal data of a registration, here and in every service. */
  @Post('registrations/:registrationId/erase')
  @HttpCode(200)
  @ApiOkResponse({ standardSchema: erasedAnswer })
  async eraseRegistration(
    @Param('registrationId', ParseUUIDPipe) id: string,
    @Body({ schema: erasureRequest }) { reason }: z.infer<typeof erasureRequest>,
    @Sender() sender: Principal,
    @Req() { id: trace }: FastifyRequest,
  ) {
    return this.erase({ kind: 'registration', id }, reason, sender, trace)
  }

  /** Deletes the personal data of a lead, here and in every service. */
  @Post('leads/:leadId/erase')
  @HttpCode(200)
  @ApiOkResponse({ standardSchema: erasedAnswer })
  async eraseLead(
    @Param('leadId', ParseUUIDPipe) id: string,
    @Body({ schema: erasureRequest }) { reason }: z.infer<typeof erasureRequest>,
    @Sender() sender: Principal,
    @Req() { id: trace }: FastifyRequest,
  ) {
    return this.erase({ kind: 'lead', id }, reason, sender, trace)
  }

  private async erase(subject: Subject, reason: string, { accountId: actor }: Principal, trace: string) {
    const { erasedAt } = await this.erasures.erase({ subject, reason, actor, at: new Date(), trace })
    return { ...subject, erasedAt }
  }
}
