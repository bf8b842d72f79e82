import { Body, Controller, Headers, Param, ParseUUIDPipe, Patch, Req } from '@nestjs/common'
import { ApiHeader, ApiOkResponse, ApiTags } from '@nestjs/swagger'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { Allow, DomainError, type Principal, Public, Sender, SignedIn } from '#libs/platform'
import { Receipts } from '../receipts.ts'
import { noSuchReceipt, statuses } from '../registration-status.ts'
import { type Corrected, CorrectRegistration } from './correct.ts'
import { correctionRequest, staffCorrectionRequest } from './correction-request.ts'

const correctedAnswer = z.object({
  registrationId: z.uuid(),
  reference: z.string(),
  status: z.enum(statuses),
  version: z.int().positive().describe('Of the application as it stands now'),
})

const IF_MATCH = { name: 'If-Match', required: false, description: 'The version, when it is not in the body' }

/** Corrections of applications that are not decided, by the driver or by staff for a driver. */
@ApiTags('registrations')
@Controller('api/registrations')
export class CorrectionsController {
  constructor(
    private readonly corrections: CorrectRegistration,
    private readonly receipts: Receipts,
  ) {}

  /** The driver mends single fields, without applying again. Sent twice, it is done once. */
  @Public()
  @Patch('receipts/:receipt')
  @ApiOkResponse({ standardSchema: correctedAnswer })
  @ApiHeader(IF_MATCH)
  async correctOwn(
    @Param('receipt') receipt: string,
    @Body({ schema: correctionRequest }) { version, ...changes }: z.infer<typeof correctionRequest>,
    @Headers('if-match') ifMatch: string | undefined,
    @Req() { id: trace }: FastifyRequest,
  ): Promise<Corrected> {
    const registrationId = this.receipts.read(receipt)
    if (!registrationId) throw noSuchReceipt()
    const seen = versionOf(version, ifMatch)
    return this.corrections.correct({
      registrationId,
      changes,
      version: seen,
      by: 'driver',
      at: new Date(),
      trace,
    })
  }

  /** Staff mend fields in the driver's place; who and why is kept. */
  @Allow('steward', 'admin', 'operator')
  @SignedIn()
  @Patch(':registrationId')
  @ApiOkResponse({ standardSchema: correctedAnswer })
  @ApiHeader(IF_MATCH)
  async correct(
    @Param('registrationId', ParseUUIDPipe) registrationId: string,
    @Body({ schema: staffCorrectionRequest }) body: z.infer<typeof staffCorrectionRequest>,
    @Headers('if-match') ifMatch: string | undefined,
    @Sender() account: Principal,
    @Req() { id: trace }: FastifyRequest,
  ): Promise<Corrected> {
    const { version, reason, ...changes } = body
    const seen = versionOf(version, ifMatch)
    return this.corrections.correct({
      registrationId,
      changes,
      version: seen,
      by: { account, reason },
      at: new Date(),
      trace,
    })
  }
}

/** The version in the body, else that of `If-Match: "2"`. */
function versionOf(version: number | undefined, ifMatch: string | undefined): number {
  const match = /^"?(\d{1,9})"?$/.exec(ifMatch?.trim() ?? '')?.[1]
  const seen = version ?? (match === undefined ? undefined : Number(match))
  if (seen !== undefined) return seen
  throw new DomainError('invalid', 'version_missing', {
    zh: '缺少版本号，请刷新页面后再改',
    en: 'Say which version you correct, as "version" or If-Match: the receipt tells it',
  })
}
