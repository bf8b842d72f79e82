import { Controller } from '@nestjs/common'
import { Ctx, EventPattern, Payload } from '@nestjs/microservices'
import { codeIssued, codeRevoked, siteOpened } from '#libs/contracts'
import { type EventContext, type Received, readsBatch } from '#libs/messaging'

const site = siteOpened.data.omit({ kind: true })
const issued = codeIssued.data.pick({ codeId: true, token: true, siteId: true })
const revoked = codeRevoked.data.pick({ codeId: true })

/** Follows the sites and codes that qr-codes publishes. */
@Controller()
export class CodesConsumer {
  @EventPattern<string>(siteOpened.type, readsBatch(site))
  async onSiteOpened(@Payload() events: Received<typeof site>[], @Ctx() { tx }: EventContext): Promise<void> {
    const sites = events.map(({ data }) => data)
    await tx.query(
      `insert into site (id, name_zh, name_en, division, federation_id, federation_zh, federation_en)
       select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])`,
      [
        sites.map(({ siteId }) => siteId),
        sites.map(({ name }) => name.zh),
        sites.map(({ name }) => name.en),
        sites.map(({ division }) => division),
        sites.map(({ federationId }) => federationId),
        sites.map(({ federationName }) => federationName?.zh ?? null),
        sites.map(({ federationName }) => federationName?.en ?? null),
      ],
    )
  }

  @EventPattern<string>(codeIssued.type, readsBatch(issued))
  async onIssued(@Payload() events: Received<typeof issued>[], @Ctx() { tx }: EventContext): Promise<void> {
    await tx.query(`insert into code (id, token, site_id) select * from unnest($1::uuid[], $2::text[], $3::uuid[])`, [
      events.map(({ data }) => data.codeId),
      events.map(({ data }) => data.token),
      events.map(({ data }) => data.siteId),
    ])
  }

  @EventPattern<string>(codeRevoked.type, readsBatch(revoked))
  async onRevoked(@Payload() events: Received<typeof revoked>[], @Ctx() { tx }: EventContext): Promise<void> {
    await tx.query(`update code set revoked = true where id = any($1)`, [events.map(({ data }) => data.codeId)])
  }
}
