import { Body, Controller, Delete, Header, HttpCode, Post, Req, Res, UseGuards } from '@nestjs/common'
import { ApiCreatedResponse, ApiTags } from '@nestjs/swagger'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { Public, SameOrigin } from '#libs/platform'
import { PublicAddress } from './public-address.ts'
import { SignIn } from './sign-in.ts'
import type { Session } from './tokens.ts'

const text = z.string().min(1).max(200)
const credentials = z.union([z.object({ name: text, password: text }), z.object({ operatorSecret: text })])

const session = z.object({
  token: z.string().describe('JWT, for the header `Authorization: Bearer`'),
  expiresAt: z.iso.datetime(),
})

/** Sign-in for programs and for the console's scripts. */
@ApiTags('accounts')
@Public()
@UseGuards(SameOrigin)
@Controller('api/sessions')
export class SessionsController {
  constructor(
    private readonly signIn: SignIn,
    private readonly address: PublicAddress,
  ) {}

  /** Name and password give a token, and a cookie to browsers; the operator secret gives an operator's token. */
  @Post()
  @ApiCreatedResponse({ standardSchema: session })
  @Header('cache-control', 'no-store')
  async open(
    @Body({ schema: credentials }) given: z.infer<typeof credentials>,
    @Req() { ip }: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Session> {
    const now = new Date()
    if ('operatorSecret' in given) return this.signIn.asOperator(given.operatorSecret, now)
    const session = await this.signIn.withPassword({ name: given.name, address: ip }, given.password, now)
    this.address.startSession(reply, session)
    return session
  }

  /** Ends the browser's session. */
  @Delete()
  @HttpCode(204)
  close(@Res({ passthrough: true }) reply: FastifyReply): void {
    this.address.endSession(reply)
  }
}
