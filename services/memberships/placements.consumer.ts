import { Controller } from '@nestjs/common'
import { Ctx, EventPattern, Payload } from '@nestjs/microservices'
import { v7 as uuidv7 } from 'uuid'
import { newEvent, placementDecided, placementHeld, reviewAttached, reviewOpened } from '#libs/contracts'
import { type EventContext, EventLog, type Received, readsBatch } from '#libs/messaging'
import { Cases, type Placed } from './cases.ts'
import { takeIn } from './take-in.ts'

const decided = placementDecided.data
const held = placementHeld.data

/** Opens a review case for every person whom federations have placed, or adds the registration to the one there is. */
@Controller()
export class PlacementsConsumer {
  constructor(
    private readonly cases: Cases,
    private readonly log: EventLog,
  ) {}

  @EventPattern<string>(placementDecided.type, readsBatch(decided))
  async onDecided(@Payload() events: Received<typeof decided>[], @Ctx() context: EventContext): Promise<void> {
    const placed = events.map(({ data }) => ({
      ...data,
      registrationId: data.application.registrationId,
      heldBecause: null,
    }))
    await this.takeIn(placed, events, context)
  }

  @EventPattern<string>(placementHeld.type, readsBatch(held))
  async onHeld(@Payload() events: Received<typeof held>[], @Ctx() context: EventContext): Promise<void> {
    const placed = events.map(({ data }) => ({
      ...data,
      registrationId: data.application.registrationId,
      federationId: null,
      federationName: null,
      ruleId: null,
    }))
    await this.takeIn(placed, events, context)
  }

  private async takeIn(
    placed: readonly Placed[],
    causes: readonly { trace: string | null }[],
    { tx }: EventContext,
  ): Promise<void> {
    const now = new Date()
    const living = await this.cases.lockLiving(tx, [...new Set(placed.map(({ identityId }) => identityId))])
    const admissions = takeIn(living, placed, uuidv7)
    await this.cases.write(tx, admissions, placed, now)
    const members = await this.cases.membersOf(
      tx,
      admissions.flatMap((each) => (each.kind === 'attach' && each.status === 'approved' ? [each.caseId] : [])),
    )
    const events = admissions.map((admission, at) => {
      const { caseId } = admission
      const { identityId, registrationId, federationId } = placed[at]!
      const { trace } = causes[at]!
      if (admission.kind === 'open') {
        return newEvent(reviewOpened, { caseId, identityId, registrationId, federationId }, { now, trace })
      }
      const caseStatus = admission.status === 'approved' ? 'approved' : 'open'
      const member = members.get(caseId)
      const memberNumber = member?.number ?? null
      const federationName = member?.federationName ?? null
      const attached = { caseId, identityId, registrationId, caseStatus, memberNumber, federationName } as const
      return newEvent(reviewAttached, attached, { now, trace })
    })
    await this.log.append(tx, events)
  }
}
