import { Injectable } from '@nestjs/common'
import { type EntityManager } from 'typeorm'
import type { Application } from '#libs/contracts'

/** A site, as the driver's page and the registration name it. */
export interface KnownSite {
  readonly codeId: string
  readonly site: NonNullable<Application['site']>
  readonly name: { readonly zh: string; readonly en: string }
  readonly federationName: { readonly zh: string; readonly en: string } | null
}

/**
 * This service's own copy of sites and codes. It follows qr-codes with a short delay: a code that is not here yet is no
 * reason to refuse a driver, the registration then just does not name the site.
 */
@Injectable()
export class KnownCodes {
  async ofTokens(tx: EntityManager, tokens: readonly string[]): Promise<Map<string, KnownSite>> {
    if (tokens.length === 0) return new Map()
    const rows: {
      token: string
      codeId: string
      siteId: string
      division: string
      federationId: string | null
      zh: string
      en: string
      federationZh: string | null
      federationEn: string | null
    }[] = await tx.query(
      `select c.token, c.id as "codeId", s.id as "siteId", s.division, s.federation_id as "federationId",
         s.name_zh as zh, s.name_en as en, s.federation_zh as "federationZh", s.federation_en as "federationEn"
       from code c join site s on s.id = c.site_id where c.token = any($1)`,
      [[...new Set(tokens)]],
    )
    return new Map(
      rows.map(({ token, codeId, siteId, division, federationId, zh, en, federationZh, federationEn }) => [
        token,
        {
          codeId,
          site: { siteId, division, federationId },
          name: { zh, en },
          federationName: federationZh && federationEn ? { zh: federationZh, en: federationEn } : null,
        },
      ]),
    )
  }
}
