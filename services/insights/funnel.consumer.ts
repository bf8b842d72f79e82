import { Controller } from '@nestjs/common'
import { Ctx, EventPattern, Payload } from '@nestjs/microservices'
import { z } from 'zod'
import { codeScanned, registrationSubmitted, siteOpened } from '#libs/contracts'
import { type EventContext, type Received, readsBatch } from '#libs/messaging'
import { Funnel } from './funnel.ts'

const site = siteOpened.data.pick({ siteId: true, name: true })
const scan = codeScanned.data.pick({ siteId: true, at: true })
const application = z.object({ submittedAt: z.string(), site: z.object({ siteId: z.uuid() }).nullable() })
const submission = z.object({ application })

/** Counts the events of the campaign; the inbox makes every event count once. */
@Controller()
export class FunnelConsumer {
  constructor(private readonly funnel: Funnel) {}

  @EventPattern<string>(siteOpened.type, readsBatch(site))
  async onSiteOpened(@Payload() events: Received<typeof site>[], @Ctx() { tx }: EventContext): Promise<void> {
    await this.funnel.nameSites(
      tx,
      events.map(({ data }) => data),
    )
  }

  @EventPattern<string>(codeScanned.type, readsBatch(scan))
  async onScanned(@Payload() events: Received<typeof scan>[], @Ctx() { tx }: EventContext): Promise<void> {
    await this.funnel.count(
      tx,
      'scans',
      events.map(({ data }) => ({ siteId: data.siteId, at: new Date(data.at) })),
    )
  }

  @EventPattern<string>(registrationSubmitted.type, readsBatch(submission))
  async onSubmitted(@Payload() events: Received<typeof submission>[], @Ctx() { tx }: EventContext): Promise<void> {
    await this.funnel.count(
      tx,
      'submitted',
      events.map(({ data }) => happening(data.application)),
    )
  }
}

function happening({ site, submittedAt }: z.infer<typeof application>) {
  return { siteId: site?.siteId ?? null, at: new Date(submittedAt) }
}
