import { Injectable } from '@nestjs/common'
import { DataSource, type EntityManager } from 'typeorm'
import { v7 as uuidv7 } from 'uuid'
import { codeIssued, codeRevoked, newEvent, siteOpened } from '#libs/contracts'
import { lockKeys, transact } from '#libs/database'
import { EventLog } from '#libs/messaging'
import { DomainError } from '#libs/platform'
import { CodeTokens } from './code-tokens.ts'
import { Code, Site } from './site.entity.ts'

export type NewSite = Omit<Site, 'id' | 'codes'>

/** Opening sites, issuing and revoking their codes. */
@Injectable()
export class Codes {
  constructor(
    private readonly dataSource: DataSource,
    private readonly log: EventLog,
    private readonly tokens: CodeTokens,
  ) {}

  /** Opens a site with its first code. */
  async openSite(site: NewSite, now: Date): Promise<Code> {
    return transact(this.dataSource, async (tx) => {
      const id = uuidv7()
      await tx.insert(Site, { ...site, id })
      const opened = newEvent(siteOpened, siteData({ ...site, id }), { now })
      const { code, event } = await this.addCode(tx, id, 1, now)
      await this.log.append(tx, [opened, event])
      return code
    })
  }

  /** Issues a further code for a site, for a reprint or another place on it. */
  async issue(siteId: string, now: Date): Promise<Code> {
    return transact(this.dataSource, async (tx) => {
      await lockKeys(tx, 'site', [siteId])
      if (!(await tx.existsBy(Site, { id: siteId }))) throw noSuch('site')
      const last = await tx.maximum(Code, 'serial', { siteId })
      const { code, event } = await this.addCode(tx, siteId, (last ?? 0) + 1, now)
      await this.log.append(tx, [event])
      return code
    })
  }

  /** Makes a code worthless: scans of it are told so. Revoking twice changes nothing. */
  async revoke(text: string, because: string, now: Date): Promise<Code> {
    const { siteId } = await this.find(text)
    return transact(this.dataSource, async (tx) => {
      await lockKeys(tx, 'site', [siteId])
      const code = await tx.findOneByOrFail(Code, { token: this.tokens.recognise(text) ?? '' })
      if (code.revokedAt) return code
      const revoked = await tx.save(Code, { ...code, revokedAt: now, revokedBecause: because })
      const data = { codeId: code.id, siteId: code.siteId, reason: because }
      await this.log.append(tx, [newEvent(codeRevoked, data, { now })])
      return revoked
    })
  }

  /** The code of a token, with its site. @throws {DomainError} `no_such_code` */
  async find(text: string): Promise<Code> {
    const token = this.tokens.recognise(text)
    const code = token && (await this.dataSource.manager.findOne(Code, { where: { token }, relations: { site: true } }))
    if (!code) throw noSuch('code')
    return code
  }

  private async addCode(tx: EntityManager, siteId: string, serial: number, now: Date) {
    const code = tx.create(Code, {
      id: uuidv7(),
      token: this.tokens.issue(),
      siteId,
      serial,
      issuedAt: now,
      revokedAt: null,
      revokedBecause: null,
    })
    await tx.insert(Code, code)
    const { id: codeId, token } = code
    return {
      code,
      event: newEvent(codeIssued, { codeId, token, siteId, serial, issuedAt: now.toISOString() }, { now }),
    }
  }
}

function siteData(site: NewSite & { id: string }) {
  const { federationZh: zh, federationEn: en } = site
  return {
    siteId: site.id,
    name: { zh: site.nameZh, en: site.nameEn },
    kind: site.kind,
    division: site.division,
    federationId: site.federationId,
    federationName: zh && en ? { zh, en } : null,
  }
}

function noSuch(what: 'site' | 'code'): DomainError {
  return new DomainError('not_found', `no_such_${what}`, {
    zh: what === 'code' ? '这个二维码不是本系统发出的，请向园区工作人员核实' : '没有这个站点',
    en: what === 'code' ? 'This code is not one of ours: please ask the staff of the park' : 'There is no such site',
  })
}
