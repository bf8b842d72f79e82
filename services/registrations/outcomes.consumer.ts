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

const opened = reviewOpened.data.pick({ registrationId: true, statement: true })
const attached = reviewAttached.data
const approved = membershipApproved.data.pick({
  registrationIds: true,
  memberNumber: true,
  federationName: true,
  statement: true,
})
const declined = membershipReturned.data.pick({
  registrationIds: true,
  reasonCode: true,
  reason: true,
  statement: true,
})

interface Outcome {
  readonly ids: readonly string[]
  /** Of two statements about a registration the higher holds: they may come in any order once its person changed. */
  readonly statement: number | undefined
  readonly status: string
  readonly outcome: object
}

/** Folds what memberships decided into the registration, where the driver's page reads it. */
@Controller()
export class OutcomesConsumer {
  @EventPattern<string>(reviewOpened.type, readsBatch(opened))
  async onOpened(@Payload() events: Received<typeof opened>[], @Ctx() { tx }: EventContext): Promise<void> {
    await this.fold(
      tx,
      events.map(({ data }) => ({
        ids: [data.registrationId],
        statement: data.statement,
        status: 'in_review',
        outcome: {},
      })),
    )
  }

  @EventPattern<string>(reviewAttached.type, readsBatch(attached))
  async onAttached(@Payload() events: Received<typeof attached>[], @Ctx() { tx }: EventContext): Promise<void> {
    await this.fold(
      tx,
      events.map(({ data: { registrationId, caseStatus, memberNumber, federationName, statement } }) => ({
        ids: [registrationId],
        statement,
        status: caseStatus === 'approved' ? 'approved' : 'in_review',
        outcome: { memberNumber, federationName },
      })),
    )
  }

  @EventPattern<string>(membershipApproved.type, readsBatch(approved))
  async onApproved(@Payload() events: Received<typeof approved>[], @Ctx() { tx }: EventContext): Promise<void> {
    await this.fold(
      tx,
      events.map(({ data: { registrationIds, memberNumber, federationName, statement } }) => ({
        ids: registrationIds,
        statement,
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
      events.map(({ data: { registrationIds: ids, reasonCode, reason, statement } }) => ({
        ids,
        statement,
        status,
        outcome: { reasonCode, reason },
      })),
    )
  }

  /** The highest statement about a registration wins, or else the latest; an erased registration stays erased. */
  private async fold(tx: EntityManager, outcomes: readonly Outcome[]): Promise<void> {
    const latest = new Map<string, Outcome & { statement: number }>()
    for (const each of outcomes) {
      const statement = each.statement ?? 0
      for (const id of each.ids) {
        if (statement >= (latest.get(id)?.statement ?? 0)) latest.set(id, { ...each, statement })
      }
    }
    await tx.query(
      `update registration r set status = o.status, outcome = o.outcome, outcome_statement = o.statement
       from unnest($1::uuid[], $2::text[], $3::jsonb[], $4::bigint[]) as o (id, status, outcome, statement)
       where r.id = o.id and r.status <> 'erased'
         and (o.statement > r.outcome_statement or (o.statement = 0 and r.outcome_statement = 0))`,
      [
        [...latest.keys()],
        [...latest.values()].map(({ status }) => status),
        [...latest.values()].map(({ outcome }) => JSON.stringify(outcome)),
        [...latest.values()].map(({ statement }) => statement),
      ],
    )
  }
}
