import { Body, Controller, Get, Headers, HttpCode, Param, Post, Req } from '@nestjs/common'
import { ApiAcceptedResponse, ApiHeader, ApiOkResponse, ApiTags } from '@nestjs/swagger'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import {
  Allow,
  bilingualSchema,
  DomainError,
  type FieldError,
  fieldErrorSchema,
  fieldErrors,
  Public,
  SignedIn,
} from '#libs/platform'
import { registrationBatch, registrationRequest } from './registration-request.ts'
import { StatusByReceipt, statuses } from './registration-status.ts'
import { type Accepted, SubmitRegistration } from './submit.ts'

const idempotencyKey = z.string().trim().min(8).max(100)

interface BatchItemOutcome {
  readonly idempotencyKey: string
  readonly accepted: Accepted | null
  readonly problem: { readonly code: string; readonly zh: string; readonly en: string } | null
  readonly errors: readonly FieldError[]
}

const accepted = z.object({
  registrationId: z.uuid(),
  reference: z.string().describe('For people, to read out on the phone'),
  receipt: z.string().describe('Whoever holds it may ask where the registration stands'),
})

const batchOutcomes = z.object({
  outcomes: z
    .array(
      z.object({
        idempotencyKey: z.string(),
        accepted: accepted.nullable(),
        problem: bilingualSchema.extend({ code: z.string() }).nullable(),
        errors: z.array(fieldErrorSchema),
      }),
    )
    .describe('One for each item, in their order'),
})

const registrationStatus = z.object({
  registrationId: z.uuid(),
  reference: z.string(),
  status: z.enum(statuses),
  version: z.int().positive().describe('A correction names the version that it starts from'),
  submittedAt: z.iso.datetime(),
  memberNumber: z.string().nullable(),
  federationName: bilingualSchema.nullable(),
  reason: bilingualSchema.nullable().describe('Why it was returned or rejected, and what to do'),
})

/** Takes registrations in, and tells where they stand. */
@ApiTags('registrations')
@Controller('api/registrations')
export class RegistrationsController {
  constructor(
    private readonly submitRegistration: SubmitRegistration,
    private readonly statuses: StatusByReceipt,
  ) {}

  /**
   * Takes one registration in. Send the same `Idempotency-Key` when the answer was lost: the registration is kept once,
   * and the answer is the same.
   */
  @Public()
  @Post()
  @HttpCode(202)
  @ApiAcceptedResponse({ standardSchema: accepted })
  @ApiHeader({ name: 'Idempotency-Key', required: true })
  async submit(
    @Body({ schema: registrationRequest }) request: z.infer<typeof registrationRequest>,
    @Headers('idempotency-key') key: string | undefined,
    @Req() { id: trace }: FastifyRequest,
  ): Promise<Accepted> {
    return this.submitRegistration.submit({
      idempotencyKey: keyOf(key),
      request,
      channel: 'poster',
      at: new Date(),
      trace,
    })
  }

  /** Takes up to 500 registrations in, from a device that was offline; each is told what became of it. */
  @Allow('steward', 'admin', 'operator')
  @SignedIn()
  @Post('batches')
  @HttpCode(202)
  @ApiAcceptedResponse({ standardSchema: batchOutcomes })
  async submitBatch(
    @Body({ schema: registrationBatch }) { items }: z.infer<typeof registrationBatch>,
    @Req() { id: trace }: FastifyRequest,
  ): Promise<{ outcomes: BatchItemOutcome[] }> {
    const at = new Date()
    const outcomes = await Promise.all(
      items.map(async ({ idempotencyKey, registration }): Promise<BatchItemOutcome> => {
        const { data: request, error } = registrationRequest.safeParse(registration)
        if (!request) return { idempotencyKey, accepted: null, problem: null, errors: fieldErrors(error.issues) }
        try {
          const submission = { idempotencyKey, request, channel: 'steward', at, trace } as const
          return {
            idempotencyKey,
            accepted: await this.submitRegistration.submit(submission),
            problem: null,
            errors: [],
          }
        } catch (failure) {
          if (!(failure instanceof DomainError)) throw failure
          return { idempotencyKey, accepted: null, problem: { code: failure.code, ...failure.say }, errors: [] }
        }
      }),
    )
    return { outcomes }
  }

  /** Where a registration stands, for whoever holds its receipt. */
  @Public()
  @Get('receipts/:receipt')
  @ApiOkResponse({ standardSchema: registrationStatus })
  async status(@Param('receipt') receipt: string) {
    return this.statuses.find(receipt)
  }
}

function keyOf(header: string | undefined): string {
  const key = idempotencyKey.safeParse(header)
  if (key.success) return key.data
  throw new DomainError('invalid', 'idempotency_key_missing', {
    zh: '缺少提交编号，请刷新页面后重新提交',
    en: 'Send an Idempotency-Key header of 8 to 100 characters, the same one when you send again',
  })
}
