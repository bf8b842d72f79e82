import { Controller } from '@nestjs/common'
import { Ctx, EventPattern, Payload } from '@nestjs/microservices'
import {
  membershipApproved,
  membershipRejected,
  membershipReturned,
  reviewAttached,
  reviewOpened,
  subjectErased,
} from '#libs/contracts'
import { type EventContext, type Received, readsBatch } from '#libs/messaging'
import { Messages } from './messages.ts'
import type { News } from './what-to-tell.ts'

const opened = reviewOpened.data.pick({ registrationId: true, statement: true })
const attached = reviewAttached.data.omit({ caseId: true, identityId: true })
const approved = membershipApproved.data.pick({
  registrationIds: true,
  memberNumber: true,
  federationName: true,
  statement: true,
})
const declined = membershipReturned.data.pick({ registrationIds: true, reason: true, statement: true })
const erased = subjectErased.data

/**
 * Tells drivers what was decided, on the page that they opened from their receipt. A message by SMS needs a provider and
 * comes with it.
 */
@Controller()
export class MessagesConsumer {
  constructor(private readonly messages: Messages) {}

  @EventPattern<string>(reviewOpened.type, readsBatch(opened))
  async onOpened(@Payload() events: Received<typeof opened>[], @Ctx() { tx }: EventContext): Promise<void> {
    await this.messages.tell(
      tx,
      events.map(({ id, data }) => newsOf(id, [data.registrationId], data.statement, { state: 'in_review' })),
    )
  }

  @EventPattern<string>(reviewAttached.type, readsBatch(attached))
  async onAttached(@Payload() events: Received<typeof attached>[], @Ctx() { tx }: EventContext): Promise<void> {
    await this.messages.tell(
      tx,
      events.map(({ id, data: { registrationId, memberNumber, federationName: federation, statement } }) =>
        newsOf(
          id,
          [registrationId],
          statement,
          memberNumber && federation
            ? { state: 'member', memberNumber, federation, approved: false }
            : { state: 'in_review' },
        ),
      ),
    )
  }

  @EventPattern<string>(membershipApproved.type, readsBatch(approved))
  async onApproved(@Payload() events: Received<typeof approved>[], @Ctx() { tx }: EventContext): Promise<void> {
    await this.messages.tell(
      tx,
      events.map(({ id, data: { registrationIds, memberNumber, federationName: federation, statement } }) =>
        newsOf(id, registrationIds, statement, { state: 'member', memberNumber, federation, approved: true }),
      ),
    )
  }

  @EventPattern<string>(membershipReturned.type, readsBatch(declined))
  async onReturned(@Payload() events: Received<typeof declined>[], @Ctx() { tx }: EventContext): Promise<void> {
    await this.messages.tell(
      tx,
      events.map(({ id, data: { registrationIds, reason, statement } }) =>
        newsOf(id, registrationIds, statement, { state: 'returned', reason }),
      ),
    )
  }

  @EventPattern<string>(membershipRejected.type, readsBatch(declined))
  async onRejected(@Payload() events: Received<typeof declined>[], @Ctx() { tx }: EventContext): Promise<void> {
    await this.messages.tell(
      tx,
      events.map(({ id, data: { registrationIds, reason, statement } }) =>
        newsOf(id, registrationIds, statement, { state: 'rejected', reason }),
      ),
    )
  }

  /** A lead was never told anything. */
  @EventPattern<string>(subjectErased.type, readsBatch(erased))
  async onErased(@Payload() events: Received<typeof erased>[], @Ctx() { tx }: EventContext): Promise<void> {
    const registrations = events.filter(({ data }) => data.subject.kind === 'registration')
    await this.messages.erase(
      tx,
      registrations.map(({ data }) => ({ registrationId: data.subject.id, erasedAt: data.erasedAt })),
    )
  }
}

function newsOf(eventId: string, registrationIds: readonly string[], statement: number | undefined, news: News) {
  return { eventId, registrationIds, statement: statement ?? 0, news }
}
