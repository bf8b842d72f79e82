import { Controller } from '@nestjs/common'
import { Ctx, EventPattern, Payload } from '@nestjs/microservices'
import { z } from 'zod'
import {
  identityMerged,
  identityResolved,
  identitySplit,
  membershipApproved,
  membershipEnded,
  membershipRestored,
} from '#libs/contracts'
import { type EventContext, type Received, readsBatch } from '#libs/messaging'
import { CountedMemberships } from './counted-memberships.ts'
import { type Holding, People } from './people.ts'

const application = z.object({
  registrationId: z.uuid(),
  submittedAt: z.string(),
  site: z.object({ siteId: z.uuid() }).nullable(),
})
type Application = z.infer<typeof application>
const resolution = z.object({ identityId: z.uuid(), revision: z.int(), application })
const merge = identityMerged.data.pick({ identityId: true, registrations: true })
const split = z.object({
  otherIdentityId: z.uuid(),
  registrations: z.array(z.object({ revision: z.int(), application })),
})
const approval = membershipApproved.data.pick({ memberId: true, siteId: true, decidedAt: true, statement: true })
const turn = membershipEnded.data.pick({ memberId: true, siteId: true, approvedAt: true, statement: true })

/** Follows who is who, so that people and members are counted once. */
@Controller()
export class PeopleConsumer {
  constructor(
    private readonly people: People,
    private readonly memberships: CountedMemberships,
  ) {}

  @EventPattern<string>(identityResolved.type, readsBatch(resolution))
  async onResolved(@Payload() events: Received<typeof resolution>[], @Ctx() { tx }: EventContext): Promise<void> {
    await this.people.follow(
      tx,
      events.map(({ data }) => holding(data.identityId, data)),
    )
  }

  @EventPattern<string>(identityMerged.type, readsBatch(merge))
  async onMerged(@Payload() events: Received<typeof merge>[], @Ctx() { tx }: EventContext): Promise<void> {
    await this.people.follow(
      tx,
      events.flatMap(({ data: { identityId, registrations } }) =>
        registrations.map((each) => ({ ...each, identityId, origin: null })),
      ),
    )
  }

  @EventPattern<string>(identitySplit.type, readsBatch(split))
  async onSplit(@Payload() events: Received<typeof split>[], @Ctx() { tx }: EventContext): Promise<void> {
    await this.people.follow(
      tx,
      events.flatMap(({ data: { otherIdentityId, registrations } }) =>
        registrations.map((each) => holding(otherIdentityId, each)),
      ),
    )
  }

  @EventPattern<string>(membershipApproved.type, readsBatch(approval))
  async onApproved(@Payload() events: Received<typeof approval>[], @Ctx() { tx }: EventContext): Promise<void> {
    await this.memberships.follow(
      tx,
      events.map(({ data: { decidedAt, statement = 0, ...member } }) => ({
        ...member,
        approvedAt: decidedAt,
        counts: true,
        statement,
      })),
    )
  }

  @EventPattern<string>(membershipEnded.type, readsBatch(turn))
  async onEnded(@Payload() events: Received<typeof turn>[], @Ctx() { tx }: EventContext): Promise<void> {
    await this.memberships.follow(
      tx,
      events.map(({ data: { statement = 0, ...member } }) => ({ ...member, counts: false, statement })),
    )
  }

  @EventPattern<string>(membershipRestored.type, readsBatch(turn))
  async onRestored(@Payload() events: Received<typeof turn>[], @Ctx() { tx }: EventContext): Promise<void> {
    await this.memberships.follow(
      tx,
      events.map(({ data: { statement = 0, ...member } }) => ({ ...member, counts: true, statement })),
    )
  }
}

function holding(
  identityId: string,
  { revision, application }: { revision: number; application: Application },
): Holding {
  const { registrationId, submittedAt, site } = application
  return { registrationId, identityId, revision, origin: { submittedAt, siteId: site?.siteId ?? null } }
}
