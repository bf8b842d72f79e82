import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import type { DomainEvent } from '#libs/contracts'
import { driversModel, parseModel } from '#libs/linkage'
import type { RecordContent } from '../records/record-content.ts'
import { changeOf } from './decide-partition.ts'
import { eventsOf, toldAbout } from './partition-events.ts'
import { member } from './partition-for-specs.ts'

const MODEL = parseModel(driversModel)
const REGISTRATIONS = [...'abcde']
const RECORDS = [...REGISTRATIONS, ...'vwxyz']

/** Whose each record is by position, each time; and what time's ids people are to get back, if any. */
const times = fc.array(
  fc.record({
    groups: fc.array(fc.nat({ max: 4 }), { minLength: RECORDS.length, maxLength: RECORDS.length }),
    back: fc.option(fc.nat({ max: 3 })),
  }),
  { minLength: 2, maxLength: 8 },
)

it('whoever follows the events knows whose each registration is, and where each id leads, whatever happens to people', () => {
  fc.assert(
    fc.property(times, (all) => {
      const [people, follower] = [new People(), new Follower()]
      for (const { groups, back } of all) {
        follower.hear(people.become(groups, back))
        for (const id of REGISTRATIONS) expect(follower.identities.get(id)).toBe(people.current.get(id))
        const living = new Set(people.current.values())
        for (const id of living) expect([id, follower.redirects.get(id) ?? null]).toEqual([id, null])
        for (const id of people.retired) expect(living).toContain(follower.leadsTo(id))
      }
    }),
    { numRuns: 500 },
  )
})

/** Records, whose they are and were. */
class People {
  readonly current = new Map<string, string>()
  readonly retired = new Set<string>()
  private readonly history = new Map<string, string[]>()
  private readonly revisions = new Map<string, number>()
  private readonly snapshots: ReadonlyMap<string, string>[] = []
  private last = 0

  become(groups: readonly number[], back: number | null): DomainEvent[] {
    const clusters = [...new Set(groups)].map((group) => RECORDS.filter((_, at) => groups[at] === group))
    const members = RECORDS.map((id) =>
      member(id, this.current.get(id) ?? null, {
        kind: REGISTRATIONS.includes(id) ? 'registration' : 'lead',
        revision: this.revisions.get(id) ?? 0,
      }),
    )
    const past = new Map(
      [...this.history].map(([id, identities]) => [id, identities.filter((each) => this.retired.has(each))]),
    )
    const former = back === null ? undefined : this.snapshots[back]
    const change = changeOf(clusters, members, past, () => `id ${String(++this.last).padStart(3, '0')}`, former)
    const told = toldAbout(change, [])
    for (const id of new Set([...change.moves.map(({ record }) => record.id), ...told])) {
      this.revisions.set(id, (this.revisions.get(id) ?? 0) + 1)
    }
    for (const { record, to } of change.moves) {
      this.current.set(record.id, to)
      this.history.set(record.id, [...(this.history.get(record.id) ?? []), to])
    }
    for (const id of change.revived) this.retired.delete(id)
    for (const { id } of change.retired) this.retired.add(id)
    this.snapshots.push(new Map(this.current))
    return eventsOf(change, { edges: [], decisions: [] }, told, (id) => this.revisions.get(id)!, {
      model: MODEL,
      cause: 'decision',
      now: new Date(),
      traceOf: () => null,
      contents: new Map(REGISTRATIONS.map((id) => [id, contentOf(id)])),
    })
  }
}

/** What a consumer keeps: of each registration the statement of the highest revision, of each id the last word. */
class Follower {
  readonly identities = new Map<string, string>()
  readonly redirects = new Map<string, string | null>()
  private readonly revisions = new Map<string, number>()

  hear(events: readonly DomainEvent[]): void {
    for (const { type, data } of events as DomainEvent<Data>[]) {
      const identityId = type === 'identity.split' ? data.otherIdentityId! : data.identityId
      for (const { registrationId, application, revision } of data.registrations ?? [data]) {
        const id = registrationId ?? application!.registrationId
        if ((this.revisions.get(id) ?? 0) > revision!) continue
        this.revisions.set(id, revision!)
        this.identities.set(id, identityId)
      }
      if (type === 'identity.merged') this.redirects.set(data.retiredIdentityId!, identityId)
      if (type === 'identity.split') this.redirects.set(identityId, null)
    }
  }

  leadsTo(id: string): string {
    const passed = new Set([id])
    for (let at = id; ; ) {
      const next = this.redirects.get(at)
      if (!next) return at
      if (passed.has(next)) throw new Error(`${id} leads in a circle`)
      passed.add(next)
      at = next
    }
  }
}

interface Data {
  readonly identityId: string
  readonly otherIdentityId?: string
  readonly retiredIdentityId?: string
  readonly revision?: number
  readonly registrationId?: string
  readonly application?: { readonly registrationId: string }
  readonly registrations?: readonly Pick<Data, 'registrationId' | 'application' | 'revision'>[]
}

function contentOf(id: string): RecordContent {
  return { kind: 'registration', id, application: { registrationId: id } } as RecordContent
}
