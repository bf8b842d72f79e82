import { Controller, Get, Param, Res } from '@nestjs/common'
import { ApiExcludeController } from '@nestjs/swagger'
import type { FastifyReply } from 'fastify'
import { DomainError, Public } from '#libs/platform'
import { Codes } from './codes.ts'
import { Scans } from './scans.ts'

/** The link in the QR code: the first thing a phone opens. */
@ApiExcludeController()
@Public()
@Controller('j')
export class ScanController {
  constructor(
    private readonly codes: Codes,
    private readonly scans: Scans,
  ) {}

  /** Records the scan and leads to the join page of the site. */
  @Get(':token')
  async open(@Param('token') token: string, @Res() reply: FastifyReply): Promise<void> {
    const code = await this.codes.find(token)
    if (code.revokedAt) throw revoked()
    const scan = await this.scans.record(code, new Date())
    await reply.header('cache-control', 'no-store').redirect(`/join?code=${code.token}&scan=${scan}`, 303)
  }
}

function revoked(): DomainError {
  return new DomainError('gone', 'code_revoked', {
    zh: '这个二维码已停用，请扫现场新的海报，或拨打 12351 咨询',
    en: 'This code is no longer in use: scan the new poster on site, or call 12351',
  })
}
