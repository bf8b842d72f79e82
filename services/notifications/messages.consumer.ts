import { Controller } from '@nestjs/common'
import { Ctx, EventPattern, Payload } from '@nestjs/microservices'
import type { EntityManager } from 'typeorm'
import { v7 as uuidv7 } from 'uuid'
import { membershipApproved, membershipRejected, membershipReturned, messageSent, newEvent } from '#libs/contracts'
import { type EventContext, EventLog, type Received, readsBatch } from '#libs/messaging'
import type { Bilingual } from '#libs/platform'
import { type Template, templates } from './templates.ts'

const approved = membershipApproved.data.pick({ registrationIds: true, memberNumber: true, federationName: true })
const declined = membershipReturned.data.pick({ registrationIds: true, reason: true })

interface Message {
  /** The event that is told; with the registration it makes the message unique. */
  readonly eventId: string
  readonly registrationId: string
  readonly template: Template
  readonly text: Bilingual
}

/**
 * Tells drivers what was decided, on the page that they opened from their receipt. A message by SMS needs a provider and
 * comes with it.
 */
@Controller()
export class MessagesConsumer {
  constructor(private readonly log: EventLog) {}

  @EventPattern<string>(membershipApproved.type, readsBatch(approved))
  async onApproved(@Payload() events: Received<typeof approved>[], @Ctx() { tx }: EventContext): Promise<void> {
    await this.send(
      tx,
      events.flatMap(({ id, data: { registrationIds, memberNumber, federationName } }) =>
        messages(
          id,
          registrationIds,
          'membership-approved',
          templates['membership-approved']({ memberNumber, federation: federationName }),
        ),
      ),
    )
  }

  @EventPattern<string>(membershipReturned.type, readsBatch(declined))
  async onReturned(@Payload() events: Received<typeof declined>[], @Ctx() { tx }: EventContext): Promise<void> {
    await this.send(
      tx,
      events.flatMap(({ id, data }) =>
        messages(id, data.registrationIds, 'membership-returned', templates['membership-returned'](data)),
      ),
    )
  }

  @EventPattern<string>(membershipRejected.type, readsBatch(declined))
  async onRejected(@Payload() events: Received<typeof declined>[], @Ctx() { tx }: EventContext): Promise<void> {
    await this.send(
      tx,
      events.flatMap(({ id, data }) =>
        messages(id, data.registrationIds, 'membership-rejected', templates['membership-rejected'](data)),
      ),
    )
  }

  private async send(tx: EntityManager, sending: readonly Message[]): Promise<void> {
    const now = new Date()
    const rows = sending.map((message) => ({ ...message, id: uuidv7() }))
    const sent: { id: string }[] = await tx.query(
      `insert into message (id, dedup_key, registration_id, template, channel, text_zh, text_en, sent_at)
       select id, dedup_key, registration_id, template, 'page', text_zh, text_en, $7
       from unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::text[], $6::text[])
         as m (id, dedup_key, registration_id, template, text_zh, text_en)
       on conflict (dedup_key) do nothing returning id`,
      [
        rows.map(({ id }) => id),
        rows.map(({ eventId, registrationId }) => `${eventId} ${registrationId}`),
        rows.map(({ registrationId }) => registrationId),
        rows.map(({ template }) => template),
        rows.map(({ text }) => text.zh),
        rows.map(({ text }) => text.en),
        now,
      ],
    )
    const fresh = new Set(sent.map(({ id }) => id))
    await this.log.append(
      tx,
      rows.flatMap(({ id: messageId, registrationId, template }) =>
        fresh.has(messageId)
          ? [newEvent(messageSent, { messageId, registrationId, template, channel: 'page' }, { now })]
          : [],
      ),
    )
  }
}

function messages(eventId: string, registrationIds: readonly string[], template: Template, text: Bilingual): Message[] {
  return registrationIds.map((registrationId) => ({ eventId, registrationId, template, text }))
}
