import { Body, Controller, Get, Header, HttpCode, Param, ParseUUIDPipe, Post } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import { toBuffer, toString as toText } from 'qrcode'
import { DataSource } from 'typeorm'
import { z } from 'zod'
import { type Principal, Public, Sender, SignedIn } from '#libs/platform'
import { CodeLinks } from './code-links.ts'
import { Codes } from './codes.ts'
import { type Code, Site, siteKinds } from './site.entity.ts'

const text = z.string().trim().min(1).max(200)

const newSite = z.object({
  nameZh: text,
  nameEn: text,
  kind: z.enum(siteKinds),
  division: z.string().regex(/^\d{6}$/),
  street: text.nullable().default(null),
  address: text,
  federationId: text.nullable().default(null),
  federationZh: text.nullable().default(null),
  federationEn: text.nullable().default(null),
})

const revocation = z.object({ reason: text })

/** Sites, their codes, and the pictures of the codes. */
@ApiTags('qr-codes')
@SignedIn()
@Controller('api')
export class CodesController {
  constructor(
    private readonly codes: Codes,
    private readonly dataSource: DataSource,
    private readonly links: CodeLinks,
  ) {}

  /** All sites with their codes, in the order of their opening. */
  @Get('sites')
  async sites() {
    const sites = await this.dataSource.manager.find(Site, {
      relations: { codes: true },
      order: { id: 'asc', codes: { serial: 'asc' } },
    })
    return { items: sites.map((site) => this.siteView(site)) }
  }

  @Post('sites')
  async openSite(@Body({ schema: newSite }) site: z.infer<typeof newSite>) {
    return this.codeView(await this.codes.openSite(site, new Date()))
  }

  @Post('sites/:siteId/codes')
  async issue(@Param('siteId', ParseUUIDPipe) siteId: string) {
    return this.codeView(await this.codes.issue(siteId, new Date()))
  }

  @Post('codes/:token/revoke')
  @HttpCode(200)
  async revoke(
    @Param('token') token: string,
    @Body({ schema: revocation }) { reason }: z.infer<typeof revocation>,
    @Sender() sender: Principal,
  ) {
    return this.codeView(await this.codes.revoke(token, `${reason} (${sender.name})`, new Date()))
  }

  /** The code as a PNG of 8 pixels a module; the link in it is the one on the poster. */
  @Public()
  @Get('codes/:token/qr.png')
  @Header('content-type', 'image/png')
  @Header('cache-control', 'public, max-age=3600')
  async png(@Param('token') token: string): Promise<Buffer> {
    const { token: known } = await this.codes.find(token)
    return toBuffer(this.links.of(known), { errorCorrectionLevel: 'Q', margin: 4, scale: 8 })
  }

  @Public()
  @Get('codes/:token/qr.svg')
  @Header('content-type', 'image/svg+xml')
  @Header('cache-control', 'public, max-age=3600')
  async svg(@Param('token') token: string): Promise<string> {
    const { token: known } = await this.codes.find(token)
    return toText(this.links.of(known), { type: 'svg', errorCorrectionLevel: 'Q', margin: 4 })
  }

  private siteView(site: Site) {
    return {
      siteId: site.id,
      name: { zh: site.nameZh, en: site.nameEn },
      kind: site.kind,
      division: site.division,
      street: site.street,
      address: site.address,
      federationId: site.federationId,
      codes: site.codes.map((code) => this.codeView(code)),
    }
  }

  private codeView({ id, siteId, token, serial, issuedAt, revokedAt }: Code) {
    return { codeId: id, siteId, token, url: this.links.of(token), serial, issuedAt, revokedAt }
  }
}
