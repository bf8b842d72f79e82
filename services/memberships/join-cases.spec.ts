import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { type CaseStatus, type JoinableCase, joinCases, type Picture } from './join-cases.ts'
import { type Content, hear, type Registration, type Statement, unknownRegistration } from './statements.ts'

const people = ['A', 'B', 'C']
const content = (registrationId: string, digest: string): Content => ({
  submittedAt: new Date(Date.UTC(2026, 4, Number(registrationId.slice(1)) + 1)),
  siteId: null,
  sealed: `${registrationId} ${digest}`,
  digest,
  placement: {
    federationId: 'wx',
    federationName: null,
    federationPath: ['wx'],
    ruleId: null,
    ruleSetVersion: 1,
    heldBecause: null,
    reasons: [],
  },
})

/** Memberships without a database: hears statements one by one and brings all cases into order after each. */
class World {
  known = new Map<string, Registration>()
  cases: readonly JoinableCase[] = []
  private opened = 0

  hear(...statements: Statement[]): this {
    for (const statement of statements) {
      const { registrationId } = statement
      this.known.set(
        registrationId,
        hear(this.known.get(registrationId) ?? unknownRegistration(registrationId), statement),
      )
    }
    return this.settle()
  }

  settle(): this {
    const after = joinCases(this.picture(), () => `case-${++this.opened}`)
    this.cases = after.cases
    for (const { registrationId, caseId } of after.registrations) {
      this.known.set(registrationId, { ...this.known.get(registrationId)!, caseId, renewed: false })
    }
    return this
  }

  erase(registrationId: string): this {
    this.known.set(registrationId, { ...this.known.get(registrationId)!, erasedAt: new Date() })
    return this.settle()
  }

  decide(registrationId: string, status: CaseStatus, joinedAt = new Date(0)): this {
    const { caseId } = this.caseOf(registrationId)!
    this.cases = this.cases.map((each) =>
      each.caseId === caseId ? { ...each, status, joinedAt: status === 'approved' ? joinedAt : null } : each,
    )
    return this
  }

  /** The case that decides about a registration. */
  caseOf(registrationId: string): JoinableCase | undefined {
    const home = this.cases.find(({ caseId }) => caseId === this.known.get(registrationId)?.caseId)
    return home?.mergedInto ? this.cases.find(({ caseId }) => caseId === home.mergedInto) : home
  }

  /** What admins see, without the names of the cases. */
  seen() {
    return [...this.known.keys()].toSorted().map((registrationId) => {
      const found = this.caseOf(registrationId)
      const { identityId } = this.known.get(registrationId)!
      return { registrationId, identityId, status: found?.status, shows: found?.shows }
    })
  }

  picture(): Picture {
    const registrations = [...this.known.values()].flatMap(({ identityId, content: told, erasedAt, ...rest }) =>
      identityId
        ? [
            {
              ...rest,
              identityId,
              placed: told !== null,
              submittedAt: told?.submittedAt ?? new Date(0),
              erased: !!erasedAt,
            },
          ]
        : [],
    )
    return { cases: this.cases, registrations }
  }

  check(): void {
    const living = this.cases.filter(({ mergedInto, status }) => !mergedInto && status !== 'rejected')
    const owners = living.map(({ shows }) => this.known.get(shows)!.identityId)
    expect(new Set(owners).size).toBe(owners.length)
    for (const each of this.cases.filter(({ mergedInto }) => mergedInto)) {
      const into = this.cases.find(({ caseId }) => caseId === each.mergedInto)!
      expect(into.mergedInto).toBeNull()
      expect(this.known.get(into.shows)!.identityId).toBe(this.known.get(each.shows)!.identityId)
    }
    for (const { registrationId, identityId, content: told } of this.known.values()) {
      const found = this.caseOf(registrationId)
      expect(found !== undefined).toBe(told !== null)
      if (found) expect(this.known.get(found.shows)!.identityId).toBe(identityId)
    }
  }
}

const placed = (registrationId: string, identityId: string, revision = 1, digest = 'first'): Statement => ({
  registrationId,
  identityId,
  revision,
  content: content(registrationId, digest),
})
const moved = (registrationId: string, identityId: string, revision: number): Statement => ({
  registrationId,
  identityId,
  revision,
  content: null,
})

/** What identities tell about some registrations: each first placed, then moved or placed anew with growing revisions. */
const histories = fc
  .array(
    fc.array(fc.record({ person: fc.constantFrom(...people), again: fc.boolean() }), { minLength: 1, maxLength: 4 }),
    {
      minLength: 1,
      maxLength: 5,
    },
  )
  .map((all) =>
    all.flatMap((steps, at) =>
      steps.map(({ person, again }, step) =>
        step === 0 || again ? placed(`r${at}`, person, step + 1) : moved(`r${at}`, person, step + 1),
      ),
    ),
  )
const shuffled = histories.chain((all) =>
  fc
    .shuffledSubarray([...all, ...all], { minLength: all.length * 2, maxLength: all.length * 2 })
    .map((order) => ({ all, order })),
)

describe('joinCases', () => {
  it('opens a case for a person without one, and takes further registrations into it', () => {
    const world = new World().hear(placed('r1', 'A')).hear(placed('r2', 'A'))
    expect(world.seen()).toMatchObject([
      { registrationId: 'r1', status: 'open', shows: 'r1' },
      { registrationId: 'r2', status: 'open', shows: 'r1' },
    ])
    expect(world.cases).toHaveLength(1)
  })

  it('comes to the same cases in any order and with every statement told twice', () => {
    fc.assert(
      fc.property(shuffled, ({ all, order }) => {
        const world = new World()
        for (const statement of order) world.hear(statement).check()
        expect(world.seen()).toEqual(new World().hear(...all).seen())
      }),
      { numRuns: 500 },
    )
  })

  it('keeps every decision, and never two living cases of a person, whatever is decided in between', () => {
    const decisions = fc.array(
      fc.record({ at: fc.nat(40), status: fc.constantFrom<CaseStatus>('approved', 'returned', 'rejected') }),
    )
    fc.assert(
      fc.property(shuffled, decisions, ({ order }, deciding) => {
        const world = new World()
        let approved = 0
        order.forEach((statement, at) => {
          world.hear(statement).check()
          for (const { status } of deciding.filter((each) => each.at === at)) {
            if (world.caseOf(statement.registrationId)?.status !== 'open') continue
            world.decide(statement.registrationId, status, new Date(at))
            if (status === 'approved') approved += 1
          }
        })
        expect(world.cases.filter(({ status }) => status === 'approved')).toHaveLength(approved)
      }),
      { numRuns: 500 },
    )
  })

  it('stands after a merge and a split as before them', () => {
    const status = fc.constantFrom<CaseStatus>('open', 'approved', 'returned', 'rejected')
    const registrations = fc.array(fc.record({ person: fc.constantFrom('A', 'B') }), { minLength: 2, maxLength: 5 })
    fc.assert(
      fc.property(registrations, status, status, fc.boolean(), (all, ofA, ofB, republished) => {
        const world = new World()
        for (const [at, { person }] of all.entries()) world.hear(placed(`r${at}`, person))
        const idsOf = (wanted: string) => all.flatMap(({ person }, at) => (person === wanted ? [`r${at}`] : []))
        const [a, b] = [idsOf('A'), idsOf('B')]
        if (a[0]) world.decide(a[0], ofA, new Date(1))
        if (b[0]) world.decide(b[0], ofB, new Date(2))
        const before = world.cases
        world.hear(...b.map((id) => moved(id, 'A', 2))).check()
        world.hear(...b.map((id) => (republished ? placed(id, 'B', 3) : moved(id, 'B', 3)))).check()
        expect(world.cases).toEqual(before)
      }),
    )
  })

  it.each([
    ['open', 'open', 'open', 'r1'],
    ['open', 'approved', 'approved', 'r2'],
    ['approved', 'open', 'approved', 'r1'],
    ['returned', 'open', 'open', 'r2'],
    ['returned', 'returned', 'returned', 'r1'],
    ['rejected', 'open', 'open', 'r2'],
  ] as const)('joins a case that is %s with a later one that is %s: %s', (first, second, joint, shows) => {
    const world = new World().hear(placed('r1', 'A')).hear(placed('r2', 'B'))
    world
      .decide('r1', first, new Date(1))
      .decide('r2', second, new Date(2))
      .hear(moved('r2', 'A', 2))
    expect(world.caseOf('r2')).toMatchObject({ status: joint, shows })
  })

  it('lets the earlier of two memberships stand, and gives back the later one after a split', () => {
    const world = new World().hear(placed('r1', 'A')).hear(placed('r2', 'B'))
    world
      .decide('r1', 'approved', new Date(2))
      .decide('r2', 'approved', new Date(1))
      .hear(moved('r2', 'A', 2))
    expect(world.caseOf('r1')).toMatchObject({ shows: 'r2', status: 'approved' })
    world.hear(moved('r1', 'B', 3))
    expect(world.caseOf('r1')).toMatchObject({ shows: 'r1', status: 'approved' })
  })

  it('leaves a membership with the registration by which it was approved', () => {
    const world = new World().hear(placed('r1', 'A')).decide('r1', 'approved').hear(placed('r2', 'A'))
    const { caseId } = world.caseOf('r1')!
    world.hear(placed('r1', 'B', 2))
    expect(world.caseOf('r1')).toMatchObject({ caseId, status: 'approved' })
    expect(world.caseOf('r2')).toMatchObject({ status: 'open', shows: 'r2' })
  })

  it('opens a returned case again when its application was mended, not when it was only placed anew', () => {
    const world = new World().hear(placed('r1', 'A')).decide('r1', 'returned')
    expect(world.hear(placed('r1', 'A', 2)).caseOf('r1')!.status).toBe('returned')
    expect(world.hear(placed('r1', 'A', 3, 'mended')).caseOf('r1')!.status).toBe('open')
  })

  it('opens a returned case again for a further application, and shows that one', () => {
    const world = new World().hear(placed('r1', 'A')).decide('r1', 'returned').hear(placed('r2', 'A'))
    expect(world.caseOf('r1')).toMatchObject({ status: 'open', shows: 'r2' })
  })

  it('opens the merged one of two returned cases when its application was mended', () => {
    const world = new World().hear(placed('r1', 'A')).hear(placed('r2', 'B'))
    world
      .decide('r1', 'returned')
      .decide('r2', 'returned')
      .hear(moved('r2', 'A', 2))
    world.hear(placed('r2', 'A', 3, 'mended')).check()
    expect(world.caseOf('r1')).toMatchObject({ status: 'open', shows: 'r2' })
  })

  it('does not revive what was merged into a case that was rejected since', () => {
    const world = new World()
      .hear(placed('r1', 'A'))
      .hear(placed('r2', 'B'))
      .hear(moved('r2', 'A', 2))
    world.decide('r1', 'rejected').hear(placed('r3', 'A')).check()
    expect(world.seen().map(({ status }) => status)).toEqual(['rejected', 'rejected', 'open'])
  })

  it('shows another registration of an open case when the data of the shown one was erased', () => {
    const world = new World().hear(placed('r1', 'A')).hear(placed('r2', 'A')).erase('r1')
    expect(world.caseOf('r1')!.shows).toBe('r2')
    world.erase('r2').check()
  })

  it('waits with a registration until it is placed', () => {
    const world = new World().hear(moved('r1', 'A', 2))
    expect(world.caseOf('r1')).toBeUndefined()
    expect(world.hear(placed('r1', 'B')).seen()).toMatchObject([{ identityId: 'A', status: 'open' }])
  })
})
