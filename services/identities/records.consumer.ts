import { Controller } from '@nestjs/common'
import { Ctx, EventPattern, Payload } from '@nestjs/microservices'
import {
  type Application,
  placementDecided,
  placementHeld,
  registrationCorrected,
  registrationSubmitted,
  rosterImported,
  subjectErased,
} from '#libs/contracts'
import { arrayOf } from '#libs/database'
import { type EventContext, type Received, readsBatch } from '#libs/messaging'
import { Arrivals } from './partition/arrivals.ts'
import { Erasure } from './partition/erasure.ts'
import type { RecordContent } from './records/record-content.ts'

const submitted = registrationSubmitted.data
const corrected = registrationCorrected.data.omit({ corrected: true })
const roster = rosterImported.data.pick({ leads: true })
const erased = subjectErased.data.pick({ subject: true })
const placed = placementDecided.data.pick({ application: true, revision: true, federationPath: true })
const held = placementHeld.data.pick({ application: true, revision: true, federationPath: true })

/** Recognises whose each record is, from every source: registrations, their corrections, and platforms' lists. */
@Controller()
export class RecordsConsumer {
  constructor(
    private readonly arrivals: Arrivals,
    private readonly erasure: Erasure,
  ) {}

  @EventPattern<string>(registrationSubmitted.type, readsBatch(submitted))
  async onSubmitted(@Payload() events: Received<typeof submitted>[], @Ctx() { tx }: EventContext): Promise<void> {
    const contents = events.map(({ data }) => registrationOf(data.application, 1))
    await this.arrivals.take(tx, contents, 'record', tracesOf(contents, events), new Date())
  }

  @EventPattern<string>(registrationCorrected.type, readsBatch(corrected))
  async onCorrected(@Payload() events: Received<typeof corrected>[], @Ctx() { tx }: EventContext): Promise<void> {
    const contents = events.map(({ data }) => registrationOf(data.application, data.version))
    await this.arrivals.take(tx, contents, 'correction', tracesOf(contents, events), new Date())
  }

  @EventPattern<string>(rosterImported.type, readsBatch(roster))
  async onRoster(@Payload() events: Received<typeof roster>[], @Ctx() { tx }: EventContext): Promise<void> {
    const leads = events.flatMap(({ data, trace }) => data.leads.map((lead) => ({ lead, trace })))
    const contents = leads.map(({ lead }) => ({ kind: 'lead', id: lead.leadId, version: lead.version, lead }) as const)
    await this.arrivals.take(tx, contents, 'record', tracesOf(contents, leads), new Date())
  }

  @EventPattern<string>(subjectErased.type, readsBatch(erased))
  async onErased(@Payload() events: Received<typeof erased>[], @Ctx() { tx }: EventContext): Promise<void> {
    const ids = new Set(events.map(({ data }) => data.subject.id))
    await this.erasure.erase(tx, [...ids], new Date())
  }

  @EventPattern<string>(placementDecided.type, readsBatch(placed))
  async onPlaced(@Payload() events: Received<typeof placed>[], @Ctx() context: EventContext): Promise<void> {
    await this.follow(events, context)
  }

  @EventPattern<string>(placementHeld.type, readsBatch(held))
  async onHeld(@Payload() events: Received<typeof held>[], @Ctx() context: EventContext): Promise<void> {
    await this.follow(events, context)
  }

  /**
   * Keeps who has authority over a record: the federation that it was placed in, and those above. Placements come in any order
   * once a record's person changed: the highest revision holds. One without a revision is of before there were any.
   */
  private async follow(events: readonly Pick<Received<typeof placed>, 'data'>[], { tx }: EventContext): Promise<void> {
    const latest = new Map<string, { readonly revision: number; readonly path: string }>()
    for (const { data } of events) {
      const { application, revision = 1, federationPath } = data
      if (revision <= (latest.get(application.registrationId)?.revision ?? 0)) continue
      latest.set(application.registrationId, { revision, path: federationPath.join(' ') })
    }
    const placements = [...latest.values()]
    await tx.query(
      `update record set federation_path = string_to_array(p.path, ' '), placed_revision = p.revision
       from unnest($1::uuid[], $2::int[], $3::text[]) as p (id, revision, path)
       where record.id = p.id and record.placed_revision < p.revision`,
      [
        arrayOf([...latest.keys()]),
        arrayOf(placements.map(({ revision }) => revision)),
        placements.map(({ path }) => path),
      ],
    )
  }
}

function registrationOf(application: Application, version: number): RecordContent {
  return { kind: 'registration', id: application.registrationId, version, application }
}

/** Which trace each record came with. */
function tracesOf(contents: readonly { readonly id: string }[], sources: readonly { readonly trace: string | null }[]) {
  const traces = new Map(contents.map(({ id }, at) => [id, sources[at]!.trace]))
  return (id: string) => traces.get(id) ?? null
}
