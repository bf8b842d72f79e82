import { Controller } from '@nestjs/common'
import { Ctx, EventPattern, Payload } from '@nestjs/microservices'
import type { EntityManager } from 'typeorm'
import { identityResolved, newEvent, placementDecided, placementHeld, subjectErased } from '#libs/contracts'
import { lockKeys } from '#libs/database'
import { type EventContext, EventLog, type Received, readsBatch } from '#libs/messaging'
import { factsOf, NO_FACTS } from './facts-of.ts'
import { FederationBook } from './federation-book.ts'
import type { FederationTree } from './federation-tree.ts'
import { decidePlacement, type PlacementDecision } from './placement.ts'

const resolved = identityResolved.data.pick({ identityId: true, application: true, revision: true })
const erased = subjectErased.data
type Resolved = Received<typeof resolved>

/** Places every registration whose person is known, and anew for each higher revision of what identities say of it. */
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
    const latest = latestOf(events)
    await lockKeys(tx, 'registration', idsOf(latest))
    const decisions = latest.map(({ data }) => decidePlacement(factsOf(data.application), tree, rules))
    const stored = await this.store(tx, latest, decisions, treeVersion, now)
    await this.log.append(
      tx,
      latest.flatMap((event, at) =>
        stored.has(event.data.application.registrationId) ? [outcomeEvent(event, decisions[at]!, tree, now)] : [],
      ),
    )
  }

  /** What was known of the person's places goes; that the registration was placed stays, and so does where. */
  @EventPattern<string>(subjectErased.type, readsBatch(erased))
  async onErased(@Payload() events: Received<typeof erased>[], @Ctx() { tx }: EventContext): Promise<void> {
    const registrations = events.filter(({ data }) => data.subject.kind === 'registration')
    const ids = registrations.map(({ data }) => data.subject.id)
    await lockKeys(tx, 'registration', ids)
    await tx.query(
      `insert into erased_registration (registration_id, erased_at)
       select * from unnest($1::uuid[], $2::timestamptz[]) on conflict do nothing`,
      [ids, registrations.map(({ data }) => data.erasedAt)],
    )
    await tx.query(`update placement set facts = $2 where registration_id = any($1)`, [ids, JSON.stringify(NO_FACTS)])
  }

  /** The registrations that were placed: the others had been placed by the same or a higher revision. */
  private async store(
    tx: EntityManager,
    events: readonly Resolved[],
    decisions: readonly PlacementDecision[],
    treeVersion: number,
    now: Date,
  ): Promise<Set<string>> {
    const rows: { registration_id: string }[] = await tx.query(
      `insert into placement as known (registration_id, identity_id, outcome, federation_id, rule_id, rule_set_version, facts,
         revision, tree_version, decided_at)
       select p.registration_id, identity_id, outcome, federation_id, rule_id, rule_set_version,
         case when e.registration_id is null then facts else $11::jsonb end, revision, $9, $10
       from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::int[], $7::jsonb[], $8::int[])
         as p (registration_id, identity_id, outcome, federation_id, rule_id, rule_set_version, facts, revision)
       left join erased_registration e on e.registration_id = p.registration_id
       order by p.registration_id
       on conflict (registration_id) do update set identity_id = excluded.identity_id, outcome = excluded.outcome,
         federation_id = excluded.federation_id, rule_id = excluded.rule_id,
         rule_set_version = excluded.rule_set_version, facts = excluded.facts, revision = excluded.revision,
         tree_version = excluded.tree_version, decided_at = excluded.decided_at
       where known.revision < excluded.revision
       returning registration_id`,
      [
        idsOf(events),
        events.map(({ data }) => data.identityId),
        decisions.map(({ outcome }) => outcome),
        decisions.map((decision) => (decision.outcome === 'placed' ? decision.federationId : null)),
        decisions.map((decision) => (decision.outcome === 'placed' ? decision.ruleId : null)),
        decisions.map(({ ruleSetVersion }) => ruleSetVersion),
        events.map(({ data }) => JSON.stringify(factsOf(data.application))),
        events.map(({ data }) => data.revision),
        treeVersion,
        now,
        JSON.stringify(NO_FACTS),
      ],
    )
    return new Set(rows.map((row) => row.registration_id))
  }
}

/** One event per registration: the one with the highest revision. */
function latestOf(events: readonly Resolved[]): Resolved[] {
  const latest = new Map<string, Resolved>()
  for (const event of events) {
    const { registrationId } = event.data.application
    const known = latest.get(registrationId)
    if (!known || known.data.revision < event.data.revision) latest.set(registrationId, event)
  }
  return [...latest.values()]
}

function idsOf(events: readonly Resolved[]): string[] {
  return events.map(({ data }) => data.application.registrationId)
}

function outcomeEvent({ data, trace }: Resolved, decision: PlacementDecision, tree: FederationTree, now: Date) {
  const { identityId, application, revision } = data
  const reasons = decision.explanation.map(({ code, zh, en }) => ({ code, zh, en }))
  const { ruleSetVersion } = decision
  if (decision.outcome === 'held') {
    const federationPath = [...tree.pathTo(decision.poolFederationId)]
    const heldBecause = decision.reason
    const held = { identityId, application, revision, ruleSetVersion, heldBecause, federationPath, reasons }
    return newEvent(placementHeld, held, { now, trace })
  }
  const { federationId, ruleId } = decision
  return newEvent(
    placementDecided,
    {
      identityId,
      application,
      revision,
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
