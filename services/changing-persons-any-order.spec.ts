import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import type { Application, DomainEvent } from '#libs/contracts'
import { eventually } from '#libs/testing'
import { BehindIdentities, merged, resolved, split } from './behind-identities-for-specs.ts'

interface Step {
  readonly kind: 'apply' | 'merge' | 'split' | 'mend'
  readonly a: number
  readonly b: number
}

const steps = fc.array(
  fc.record({
    kind: fc.constantFrom<Step['kind']>('apply', 'apply', 'merge', 'split', 'mend'),
    a: fc.nat(100),
    b: fc.nat(100),
  }),
  { minLength: 6, maxLength: 14 },
)

/** Says what identities would say, step by step, with growing revisions. */
class History {
  readonly events: DomainEvent[] = []
  readonly holders = new Map<Application, { identityId: string; revision: number }>()
  private readonly retired: string[] = []

  constructor(private readonly world: BehindIdentities) {}

  tell({ kind, a, b }: Step): void {
    const people = [...new Set([...this.holders.values()].map(({ identityId }) => identityId))].sort()
    const first = people[a % people.length]
    const second = people[b % people.length]
    if (kind === 'apply' || !first || !second) {
      const identityId = a % 3 === 0 && first ? first : crypto.randomUUID()
      const application = this.world.apply()
      this.holders.set(application, { identityId, revision: 1 })
      this.events.push(resolved(identityId, application))
    } else if (kind === 'merge' && first !== second) {
      const came = this.of(second)
      this.retired.push(second)
      this.events.push(...came.map((each) => merged(first, second, this.move(each, first), each)))
    } else if (kind === 'split') {
      const [left] = this.of(first).slice(-1)
      const other = this.retired.pop() ?? crypto.randomUUID()
      this.events.push(
        split(first, other, this.move(left!, other), left!),
        resolved(other, left!, this.move(left!, other)),
      )
    } else if (kind === 'mend') {
      const [mended] = this.of(first)
      this.events.push(resolved(first, this.world.mend(mended!, '13900005555'), this.move(mended!, first)))
    }
  }

  people(): number {
    return new Set([...this.holders.values()].map(({ identityId }) => identityId)).size
  }

  private of(identityId: string): Application[] {
    return [...this.holders].flatMap(([application, holder]) => (holder.identityId === identityId ? [application] : []))
  }

  private move(application: Application, identityId: string): number {
    const revision = this.holders.get(application)!.revision + 1
    this.holders.set(application, { identityId, revision })
    return revision
  }
}

describe('what identities say, in any order', () => {
  let world: BehindIdentities

  beforeAll(async () => {
    world = await BehindIdentities.start()
  })

  afterAll(() => world.stop())

  const shuffle = (events: readonly DomainEvent[], seed: number) =>
    fc.sample(fc.shuffledSubarray([...events], { minLength: events.length }), { numRuns: 1, seed })[0]!

  /** Every event has had its effect, and so have those that followed from it. */
  const drained = () =>
    eventually(async () => {
      const { rows } = await world.database.query(
        `select (select count(*) from federations.inbox) = (select count(*) from identities.event_log
             where type = 'identity.resolved')
           and (select count(*) from memberships.inbox) = (select count(*) from federations.event_log)
             + (select count(*) from identities.event_log where type <> 'identity.resolved')
           and (select count(*) from insights.inbox) = (select count(*) from identities.event_log) as all`,
      )
      return rows[0].all || undefined
    })

  it('comes to one open case per person that holds just their registrations, and to as many people', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.nat(), async (all, seed) => {
        const before = await world.figure('newPeople')
        const history = new History(world)
        for (const step of all) history.tell(step)
        const again = history.events.map((event) => ({ ...event, id: crypto.randomUUID() }))
        await world.identities.publish(...shuffle([...history.events, ...again], seed))
        await drained()
        const ids = [...history.holders.keys()].map(({ registrationId }) => registrationId)
        const { rows } = await world.database.query(
          `select r.registration_id as id, l.identity_id as person, l.status, l.registration_id as shows,
             (select min(o.submitted_at) from memberships.case_registration o where o.identity_id = l.identity_id)
               = (select s.submitted_at from memberships.case_registration s where s.registration_id = l.registration_id)
               as first
           from memberships.case_registration r join memberships.review_case c on c.id = r.case_id
           join memberships.review_case l on l.id = coalesce(c.merged_into, c.id)
           where r.registration_id = any($1)`,
          [ids],
        )
        expect(new Map(rows.map(({ id, person }) => [id, person]))).toEqual(
          new Map([...history.holders].map(([{ registrationId }, { identityId }]) => [registrationId, identityId])),
        )
        expect(rows.every(({ status, first }) => status === 'open' && first)).toBe(true)
        expect(await world.figure('newPeople')).toBe(before + history.people())
      }),
      { numRuns: 12 },
    )
  }, 120_000)
})
