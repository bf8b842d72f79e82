import { Controller } from '@nestjs/common'
import { Ctx, EventPattern, Payload } from '@nestjs/microservices'
import type { EntityManager } from 'typeorm'
import { identityResolved, newEvent, placementDecided, placementHeld } from '#libs/contracts'
import { type EventContext, EventLog, type Received, readsBatch } from '#libs/messaging'
import { factsOf } from './facts-of.ts'
import { FederationBook } from './federation-book.ts'
import type { FederationTree } from './federation-tree.ts'
import { decidePlacement, type PlacementDecision } from './placement.ts'

const resolved = identityResolved.data.pick({ identityId: true, application: true })
type Resolved = Received<typeof resolved>

/** Places every registration whose person is known. */
@Controller()
export class PlacementConsumer {
  constructor(
    private readonly book: FederationBook,
    private readonly log: EventLog,
  ) {}

  @EventPattern<string>(identityResolved.type, readsBatch(resolved))
  async onResolved(@Payload() events: Resolved[], @Ctx() { tx }: EventContext): Promise<void> {
    const now = new Date()
    const { tree, rules, treeVersion } = await this.book.basisAt(tx, now)
    const decisions = events.map(({ data }) => decidePlacement(factsOf(data.application), tree, rules))
    await this.store(tx, events, decisions, treeVersion, now)
    await this.log.append(
      tx,
      events.map((event, at) => outcomeEvent(event, decisions[at]!, tree, now)),
    )
  }

  private async store(
    tx: EntityManager,
    events: readonly Resolved[],
    decisions: readonly PlacementDecision[],
    treeVersion: number,
    now: Date,
  ): Promise<void> {
    await tx.query(
      `insert into placement (registration_id, identity_id, outcome, federation_id, rule_id, rule_set_version, facts,
         tree_version, decided_at)
       select *, $8, $9 from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::int[], $7::jsonb[])`,
      [
        events.map(({ data }) => data.application.registrationId),
        events.map(({ data }) => data.identityId),
        decisions.map(({ outcome }) => outcome),
        decisions.map((decision) => (decision.outcome === 'placed' ? decision.federationId : null)),
        decisions.map((decision) => (decision.outcome === 'placed' ? decision.ruleId : null)),
        decisions.map(({ ruleSetVersion }) => ruleSetVersion),
        events.map(({ data }) => JSON.stringify(factsOf(data.application))),
        treeVersion,
        now,
      ],
    )
  }
}

function outcomeEvent({ data, trace }: Resolved, decision: PlacementDecision, tree: FederationTree, now: Date) {
  const { identityId, application } = data
  const reasons = decision.explanation.map(({ code, zh, en }) => ({ code, zh, en }))
  const { ruleSetVersion } = decision
  if (decision.outcome === 'held') {
    const federationPath = [...tree.pathTo(decision.poolFederationId)]
    const held = { identityId, application, ruleSetVersion, heldBecause: decision.reason, federationPath, reasons }
    return newEvent(placementHeld, held, { now, trace })
  }
  const { federationId, ruleId } = decision
  return newEvent(
    placementDecided,
    {
      identityId,
      application,
      federationId,
      federationName: tree.byId(federationId)!.name,
      federationPath: [...tree.pathTo(federationId)],
      ruleId,
      ruleSetVersion,
      reasons,
    },
    { now, trace },
  )
}
