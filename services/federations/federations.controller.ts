import { Controller, Get, Param, ParseUUIDPipe } from '@nestjs/common'
import { ApiOkResponse, ApiTags } from '@nestjs/swagger'
import { DataSource } from 'typeorm'
import { DomainError, SignedIn } from '#libs/platform'
import { federationsAnswer, placementAnswer } from './federation-answers.ts'
import { FederationBook } from './federation-book.ts'
import { decidePlacement } from './placement.ts'
import { ruleSetSchema } from './placement-rules.ts'

/** The federation tree, the rules, and why a registration was placed where it was. */
@ApiTags('federations')
@SignedIn()
@Controller('api')
export class FederationsController {
  constructor(
    private readonly book: FederationBook,
    private readonly dataSource: DataSource,
  ) {}

  /** Every federation; `parentId` makes the tree. */
  @Get('federations')
  @ApiOkResponse({ standardSchema: federationsAnswer })
  async federations() {
    return { items: (await this.book.basisAt(this.dataSource.manager, new Date())).tree.all }
  }

  /** The placement rules in force. */
  @Get('federations/rules')
  @ApiOkResponse({ standardSchema: ruleSetSchema })
  async rules() {
    return (await this.book.basisAt(this.dataSource.manager, new Date())).rules
  }

  /**
   * The decision about a registration: facts, steps, and every candidate with why it won or lost; made again from the
   * facts and the versions it was made with.
   */
  @Get('placements/:registrationId')
  @ApiOkResponse({ standardSchema: placementAnswer })
  async placement(@Param('registrationId', ParseUUIDPipe) registrationId: string) {
    const [row] = await this.dataSource.query(
      `select registration_id as "registrationId", identity_id as "identityId", facts, tree_version as "treeVersion",
         rule_set_version as "ruleSetVersion", decided_at as "decidedAt",
         exists (select from erased_registration e where e.registration_id = p.registration_id) as erased
       from placement p where registration_id = $1`,
      [registrationId],
    )
    if (!row) {
      throw new DomainError('not_found', 'no_such_placement', {
        zh: '该登记尚未完成归口，请稍后再查',
        en: 'The registration has not been placed yet: look again in a moment',
      })
    }
    const { erased, ...found } = row
    if (erased) {
      throw new DomainError('not_found', 'person_erased', {
        zh: '申请人的个人信息已应要求删除，归口依据不再保留',
        en: "The applicant's data was erased on request: why it was placed so can't be told any more",
      })
    }
    const { tree, rules } = await this.book.basisOf(this.dataSource.manager, row.treeVersion, row.ruleSetVersion)
    return { ...found, decision: decidePlacement(row.facts, tree, rules) }
  }
}
