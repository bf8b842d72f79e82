import { Controller } from '@nestjs/common'
import { Ctx, EventPattern, Payload } from '@nestjs/microservices'
import { z } from 'zod'
import { duplicateSettled, duplicateSuspected, identityMerged, identitySplit, subjectErased } from '#libs/contracts'
import { type EventContext, type Received, readsBatch } from '#libs/messaging'
import { Duplicates } from './duplicates.ts'
import { Settlement } from './settle.ts'

const merged = identityMerged.data.pick({ identityId: true, retiredIdentityId: true, registrations: true })
const split = identitySplit.data.pick({ otherIdentityId: true }).extend({
  registrations: z.array(z.object({ revision: z.int(), application: z.object({ registrationId: z.uuid() }) })),
})
const suspected = duplicateSuspected.data
const settled = duplicateSettled.data.pick({ identityId: true, otherIdentityId: true })
const erased = subjectErased.data

/** Follows identities: whose a registration is, and who may be one person with somebody else. */
@Controller()
export class IdentitiesConsumer {
  constructor(
    private readonly settlement: Settlement,
    private readonly duplicates: Duplicates,
  ) {}

  @EventPattern<string>(identityMerged.type, readsBatch(merged))
  async onMerged(@Payload() events: Received<typeof merged>[], @Ctx() { tx }: EventContext): Promise<void> {
    await this.settlement.hear(
      tx,
      events.flatMap(({ data: { identityId, registrations }, trace }) =>
        registrations.map((each) => ({ ...each, identityId, content: null, trace })),
      ),
    )
    await this.duplicates.redirect(
      tx,
      events.map(({ id, time, data }) => ({
        identityId: data.retiredIdentityId,
        leadsTo: data.identityId,
        said: { id, time },
      })),
    )
  }

  @EventPattern<string>(identitySplit.type, readsBatch(split))
  async onSplit(@Payload() events: Received<typeof split>[], @Ctx() { tx }: EventContext): Promise<void> {
    await this.settlement.hear(
      tx,
      events.flatMap(({ data: { otherIdentityId: identityId, registrations }, trace }) =>
        registrations.map(({ revision, application: { registrationId } }) => ({
          registrationId,
          identityId,
          revision,
          content: null,
          trace,
        })),
      ),
    )
    await this.duplicates.redirect(
      tx,
      events.map(({ id, time, data }) => ({
        identityId: data.otherIdentityId,
        leadsTo: null,
        said: { id, time },
      })),
    )
  }

  @EventPattern<string>(duplicateSuspected.type, readsBatch(suspected))
  async onSuspected(@Payload() events: Received<typeof suspected>[], @Ctx() { tx }: EventContext): Promise<void> {
    await this.duplicates.note(
      tx,
      events.map(({ id, time, data }) => ({ ...data, settled: false, said: { id, time } })),
    )
  }

  @EventPattern<string>(duplicateSettled.type, readsBatch(settled))
  async onSettled(@Payload() events: Received<typeof settled>[], @Ctx() { tx }: EventContext): Promise<void> {
    await this.duplicates.note(
      tx,
      events.map(({ id, time, data }) => ({ ...data, kind: null, weight: null, settled: true, said: { id, time } })),
    )
  }

  /** A lead never came to a case. */
  @EventPattern<string>(subjectErased.type, readsBatch(erased))
  async onErased(@Payload() events: Received<typeof erased>[], @Ctx() { tx }: EventContext): Promise<void> {
    const registrations = events.filter(({ data }) => data.subject.kind === 'registration')
    await this.settlement.erase(
      tx,
      new Map(registrations.map(({ data }) => [data.subject.id, new Date(data.erasedAt)])),
    )
  }
}
