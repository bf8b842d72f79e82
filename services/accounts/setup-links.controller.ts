import { Controller, Post } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import { Allow, SignedIn } from '#libs/platform'
import { SetupLinks } from './setup-links.ts'

@ApiTags('accounts')
@SignedIn()
@Allow('operator')
@Controller('api/setup-links')
export class SetupLinksController {
  constructor(private readonly links: SetupLinks) {}

  /** A link for the first admin: works once, within 24 hours, only while there is no admin. */
  @Post()
  issue() {
    return this.links.issue(new Date())
  }
}
