import { createHash } from 'node:crypto'
import { Controller } from '@nestjs/common'
import { Ctx, EventPattern, Payload } from '@nestjs/microservices'
import { type Application, placementDecided, placementHeld } from '#libs/contracts'
import { type EventContext, type Received, readsBatch } from '#libs/messaging'
import { type Heard, Settlement } from './settle.ts'
import type { Content, Placement } from './statements.ts'

const decided = placementDecided.data
const held = placementHeld.data

/** Brings every registration that federations have placed to its person's case. */
@Controller()
export class PlacementsConsumer {
  constructor(private readonly settlement: Settlement) {}

  @EventPattern<string>(placementDecided.type, readsBatch(decided))
  async onDecided(@Payload() events: Received<typeof decided>[], @Ctx() { tx }: EventContext): Promise<void> {
    await this.settlement.hear(
      tx,
      events.map(({ data, trace }) => statementOf(data, { ...data, heldBecause: null }, trace)),
    )
  }

  @EventPattern<string>(placementHeld.type, readsBatch(held))
  async onHeld(@Payload() events: Received<typeof held>[], @Ctx() { tx }: EventContext): Promise<void> {
    const nowhere = { federationId: null, federationName: null, ruleId: null }
    await this.settlement.hear(
      tx,
      events.map(({ data, trace }) => statementOf(data, { ...data, ...nowhere }, trace)),
    )
  }
}

function statementOf(
  { identityId, application, revision = 1 }: { identityId: string; application: Application; revision?: number },
  placement: Placement,
  trace: string | null,
): Heard {
  const { registrationId } = application
  return { registrationId, identityId, revision, content: contentOf(application, placement), trace }
}

function contentOf({ submittedAt, site, sealed, places, platform }: Application, placement: Placement): Content {
  const { federationId, federationName, federationPath, ruleId, ruleSetVersion, heldBecause, reasons } = placement
  return {
    submittedAt: new Date(submittedAt),
    siteId: site?.siteId ?? null,
    sealed,
    digest: createHash('sha256')
      .update(JSON.stringify([sealed, places, platform]))
      .digest('base64url'),
    placement: { federationId, federationName, federationPath, ruleId, ruleSetVersion, heldBecause, reasons },
  }
}
