import { Body, Controller, Get, Header, HttpCode, Param, ParseUUIDPipe, Post } from '@nestjs/common'
import { ApiCreatedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger'
import { toBuffer, toString as toText } from 'qrcode'
import { DataSource } from 'typeorm'
import { z } from 'zod'
import { bilingualSchema, type Principal, Public, Sender, SignedIn } from '#libs/platform'
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

const codeAnswer = z.object({
  codeId: z.uuid(),
  siteId: z.uuid(),
  token: z.string(),
  url: z.url().describe('What stands in the QR code'),
  serial: z.int().positive().describe('Counts the codes of the site'),
  issuedAt: z.iso.datetime(),
  revokedAt: z.iso.datetime().nullable(),
})

const sitesAnswer = z.object({
  items: z.array(
    z.object({
      siteId: z.uuid(),
      name: bilingualSchema,
      kind: z.enum(siteKinds),
      division: z.string().describe('GB/T 2260, six digits'),
      street: z.string().nullable(),
      address: z.string(),
      federationId: z.string().nullable().describe('The union whose name stands on the poster'),
      codes: z.array(codeAnswer),
    }),
  ),
})

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
  @ApiOkResponse({ standardSchema: sitesAnswer })
  async sites() {
    const sites = await this.dataSource.manager.find(Site, {
      relations: { codes: true },
      order: { id: 'asc', codes: { serial: 'asc' } },
    })
    return { items: sites.map((site) => this.siteView(site)) }
  }

  /** Opens a site with its first code, which is the answer. */
  @Post('sites')
  @ApiCreatedResponse({ standardSchema: codeAnswer })
  async openSite(@Body({ schema: newSite }) site: z.infer<typeof newSite>) {
    return this.codeView(await this.codes.openSite(site, new Date()))
  }

  @Post('sites/:siteId/codes')
  @ApiCreatedResponse({ standardSchema: codeAnswer })
  async issue(@Param('siteId', ParseUUIDPipe) siteId: string) {
    return this.codeView(await this.codes.issue(siteId, new Date()))
  }

  @Post('codes/:token/revoke')
  @HttpCode(200)
  @ApiOkResponse({ standardSchema: codeAnswer })
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
  @ApiOkResponse({ content: { 'image/png': {} } })
  @Header('cache-control', 'public, max-age=3600')
  async png(@Param('token') token: string): Promise<Buffer> {
    const { token: known } = await this.codes.find(token)
    return toBuffer(this.links.of(known), { errorCorrectionLevel: 'Q', margin: 4, scale: 8 })
  }

  @Public()
  @Get('codes/:token/qr.svg')
  @Header('content-type', 'image/svg+xml')
  @ApiOkResponse({ content: { 'image/svg+xml': {} } })
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
