import { Controller } from '@nestjs/common'
import { Ctx, EventPattern, Payload } from '@nestjs/microservices'
import type { EntityManager } from 'typeorm'
import {
  membershipApproved,
  membershipRejected,
  membershipReturned,
  reviewAttached,
  reviewOpened,
} from '#libs/contracts'
import { type EventContext, type Received, readsBatch } from '#libs/messaging'

const opened = reviewOpened.data.pick({ registrationId: true })
const attached = reviewAttached.data
const approved = membershipApproved.data.pick({ registrationIds: true, memberNumber: true, federationName: true })
const declined = membershipReturned.data.pick({ registrationIds: true, reasonCode: true, reason: true })

/** Folds what memberships decided into the registration, where the driver's page reads it. */
@Controller()
export class OutcomesConsumer {
  @EventPattern<string>(reviewOpened.type, readsBatch(opened))
  async onOpened(@Payload() events: Received<typeof opened>[], @Ctx() { tx }: EventContext): Promise<void> {
    await this.fold(
      tx,
      events.map(({ data }) => ({ ids: [data.registrationId], status: 'in_review', outcome: {} })),
    )
  }

  @EventPattern<string>(reviewAttached.type, readsBatch(attached))
  async onAttached(@Payload() events: Received<typeof attached>[], @Ctx() { tx }: EventContext): Promise<void> {
    await this.fold(
      tx,
      events.map(({ data: { registrationId, caseStatus, memberNumber, federationName } }) => ({
        ids: [registrationId],
        status: caseStatus === 'approved' ? 'approved' : 'in_review',
        outcome: { memberNumber, federationName },
      })),
    )
  }

  @EventPattern<string>(membershipApproved.type, readsBatch(approved))
  async onApproved(@Payload() events: Received<typeof approved>[], @Ctx() { tx }: EventContext): Promise<void> {
    await this.fold(
      tx,
      events.map(({ data: { registrationIds, memberNumber, federationName } }) => ({
        ids: registrationIds,
        status: 'approved',
        outcome: { memberNumber, federationName },
      })),
    )
  }

  @EventPattern<string>(membershipReturned.type, readsBatch(declined))
  async onReturned(@Payload() events: Received<typeof declined>[], @Ctx() { tx }: EventContext): Promise<void> {
    await this.decline(tx, 'returned', events)
  }

  @EventPattern<string>(membershipRejected.type, readsBatch(declined))
  async onRejected(@Payload() events: Received<typeof declined>[], @Ctx() { tx }: EventContext): Promise<void> {
    await this.decline(tx, 'rejected', events)
  }

  private async decline(tx: EntityManager, status: string, events: Received<typeof declined>[]): Promise<void> {
    await this.fold(
      tx,
      events.map(({ data: { registrationIds: ids, reasonCode, reason } }) => ({
        ids,
        status,
        outcome: { reasonCode, reason },
      })),
    )
  }

  /** The later of two outcomes of one registration in a batch wins; an erased registration stays erased. */
  private async fold(
    tx: EntityManager,
    outcomes: readonly { ids: readonly string[]; status: string; outcome: object }[],
  ): Promise<void> {
    const latest = new Map(
      outcomes.flatMap(({ ids, status, outcome }) => ids.map((id) => [id, { status, outcome }] as const)),
    )
    await tx.query(
      `update registration r set status = o.status, outcome = o.outcome
       from unnest($1::uuid[], $2::text[], $3::jsonb[]) as o (id, status, outcome)
       where r.id = o.id and r.status <> 'erased'`,
      [
        [...latest.keys()],
        [...latest.values()].map(({ status }) => status),
        [...latest.values()].map(({ outcome }) => JSON.stringify(outcome)),
      ],
    )
  }
}
