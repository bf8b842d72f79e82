import { Controller, Post } from '@nestjs/common'
import { ApiCreatedResponse, ApiTags } from '@nestjs/swagger'
import { z } from 'zod'
import { Allow, SignedIn } from '#libs/platform'
import { SetupLinks } from './setup-links.ts'

const setupLink = z.object({ url: z.url(), expiresAt: z.iso.datetime() })

@ApiTags('accounts')
@SignedIn()
@Allow('operator')
@Controller('api/setup-links')
export class SetupLinksController {
  constructor(private readonly links: SetupLinks) {}

  /** A link for the first admin: works once, within 24 hours, only while there is no admin. */
  @Post()
  @ApiCreatedResponse({ standardSchema: setupLink })
  issue() {
    return this.links.issue(new Date())
  }
}
