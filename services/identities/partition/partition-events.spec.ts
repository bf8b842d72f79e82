import { describe, expect, it } from '@jest/globals'
import type { DomainEvent } from '#libs/contracts'
import { driversModel, parseModel } from '#libs/linkage'
import type { RecordContent } from '../records/record-content.ts'
import { changeOf } from './decide-partition.ts'
import type { Edge, Member } from './neighbourhood.ts'
import { eventsOf, suspicionEvents, toldAbout } from './partition-events.ts'
import { decision, edge, member } from './partition-for-specs.ts'

const MODEL = parseModel(driversModel)
const NOW = new Date('2026-05-04T08:00:00Z')

/** What a change says when records of identities become these clusters. */
function said(
  clusters: readonly string[][],
  members: readonly Member[],
  {
    past = new Map<string, string[]>(),
    former = new Map<string, string>(),
    restated = [] as string[],
    edges = [] as Edge[],
    decisions = [] as ReturnType<typeof decision>[],
  } = {},
) {
  let last = 0
  const change = changeOf(clusters, members, past, () => `new ${++last}`, former)
  const told = toldAbout(change, restated)
  const contents = new Map(
    members.map(({ id, kind }) => [id, { kind, id, application: { registrationId: id } } as unknown as RecordContent]),
  )
  const revisions = new Map(members.map(({ id, revision }) => [id, revision + 1]))
  return eventsOf(change, { edges, decisions }, told, (id) => revisions.get(id)!, {
    model: MODEL,
    cause: 'decision',
    now: NOW,
    traceOf: (id) => `trace of ${id}`,
    contents,
  })
}

const lead = (id: string, identityId: string | null = null) => member(id, identityId, { kind: 'lead' })
/** The data of any event, as far as these look at it. */
interface Data {
  readonly identityId: string
  readonly retiredIdentityId?: string
  readonly otherIdentityId?: string
  readonly outcome?: string
  readonly reason?: string
  readonly evidence?: object
  readonly application?: { readonly registrationId: string }
  readonly registrations?: { readonly registrationId?: string; readonly application?: { registrationId: string } }[]
}
const dataOf = ({ data }: DomainEvent) => data as Data

const inShort = (events: readonly DomainEvent[]) =>
  events.map((event) => {
    const { identityId, retiredIdentityId, otherIdentityId, registrations = [], application, outcome } = dataOf(event)
    const ids = registrations.map((each) => each.registrationId ?? each.application!.registrationId)
    const other = retiredIdentityId ?? otherIdentityId ?? application!.registrationId
    return [event.type, identityId, other, ...(outcome ? [outcome] : []), ...ids].join(' ')
  })

describe('a merge', () => {
  it('is told with the registrations that came over, and these are not told of again', () => {
    const members = [member('a', 'x'), lead('b', 'x'), member('c', 'y'), lead('d', 'y')]
    const events = said([['a', 'b', 'c', 'd']], members)
    expect(inShort(events)).toEqual(['identity.merged x y c'])
    expect(events[0]).toMatchObject({ trace: 'trace of c', data: { registrations: [{ revision: 2 }] } })
  })

  it('is told when leads alone came over: the id that retires may be known', () => {
    expect(inShort(said([['a', 'b']], [member('a', 'x'), lead('b', 'y')]))).toEqual(['identity.merged x y'])
  })

  it('comes before what is said of single registrations', () => {
    const events = said([['a', 'b', 'c']], [member('c'), member('a', 'x'), member('b', 'y')])
    expect(inShort(events)).toEqual(['identity.merged x y b', 'identity.resolved x c existing'])
  })
})

describe('a split', () => {
  it('is told with the applications of the registrations that left, which are told of again', () => {
    const events = said([['a', 'b'], ['c']], [member('a', 'x'), member('b', 'x'), member('c', 'x')])
    expect(inShort(events)).toEqual(['identity.split x new 1 c', 'identity.resolved new 1 c existing'])
    expect(events[0]!.data).toMatchObject({ otherIsNew: true, registrations: [{ revision: 2 }] })
  })

  it('leads to a known person as well', () => {
    const events = said(
      [['a'], ['b', 'c', 'd']],
      [member('a', 'x'), member('b', 'x'), member('c', 'y'), member('d', 'y')],
    )
    expect(inShort(events)).toEqual(['identity.split x y b', 'identity.resolved y b existing'])
    expect(events[0]!.data).toMatchObject({ otherIsNew: false })
  })

  it('of leads alone is nobody else’s business, as long as nobody was told of where they go', () => {
    expect(said([['a'], ['b']], [member('a', 'x'), lead('b', 'x')])).toEqual([])
  })

  it('of leads alone is told without registrations when a retired id is in use again', () => {
    const members = [member('a', '1'), lead('b', '1')]
    const events = said([['a'], ['b']], members, { past: new Map([['b', ['2']]]) })
    expect(inShort(events)).toEqual(['identity.split 1 2'])
    expect(events[0]!.data).toMatchObject({ otherIsNew: true, registrations: [] })
  })

  it('that brings an id back is told once, with registrations if any left', () => {
    const members = [
      member('a', 'x'),
      member('b', 'x'),
      lead('c', 'x'),
      member('d', 'z'),
      member('e', 'z'),
      lead('f', 'z'),
    ]
    const former = new Map([
      ['c', 'y'],
      ['f', 'y'],
    ])
    const past = new Map([...former].map(([id, identity]) => [id, [identity]]))
    expect(
      inShort(
        said(
          [
            ['a', 'b'],
            ['c', 'f'],
            ['d', 'e'],
          ],
          members,
          { past, former },
        ),
      ),
    ).toEqual(['identity.split x y'])
    const events = said([['a'], ['b', 'c', 'f'], ['d', 'e']], members.toReversed(), { past, former })
    expect(inShort(events)).toEqual(['identity.split x y b', 'identity.resolved y b existing'])
  })

  it('brings back an id before the one that it was merged into leads there', () => {
    const former = new Map([['a', 'y']])
    const events = said([['a', 'b']], [member('a', 'x'), member('b', 'x')], { former, past: new Map([['a', ['y']]]) })
    expect(inShort(events)).toEqual(['identity.split x y', 'identity.merged y x a b'])
  })
})

describe('what is said of a registration', () => {
  it('is that it is new to a person nobody knew: leads alone make nobody known', () => {
    expect(inShort(said([['a', 'b']], [lead('a', 'x'), member('b')]))).toEqual(['identity.resolved x b new'])
    expect(inShort(said([['a', 'b']], [member('a', 'x'), member('b')]))).toEqual(['identity.resolved x b existing'])
  })

  it('is that the first of several is new, and the others are of somebody known by then', () => {
    expect(inShort(said([['a', 'b']], [member('a'), member('b')]))).toEqual([
      'identity.resolved new 1 a new',
      'identity.resolved new 1 b existing',
    ])
  })

  it('is said again when it was restated though nothing moved; of leads nothing is ever said', () => {
    const members = [member('a', 'x'), member('b', 'x'), lead('c', 'x')]
    const events = said([['a', 'b', 'c']], members, { restated: ['b', 'c', 'elsewhere'] })
    expect(inShort(events)).toEqual(['identity.resolved x b existing'])
    expect(said([['a']], [lead('a')])).toEqual([])
  })

  it('has its reason, and the strongest pair within the person', () => {
    const edges = [edge('a', 'b', 7000), edge('a', 'c', 9000), edge('a', 'd', 9900)].map((each) => ({
      ...each,
      levels: MODEL.comparisons.map((_, at) => (at === 0 ? 0 : -1)),
    }))
    const reasons = (events: readonly DomainEvent[]) =>
      events.map(dataOf).map(({ reason, evidence }) => [reason, evidence])
    const members = [member('a'), member('b'), member('c'), member('d')]
    const [first, second] = reasons(said([['a', 'b', 'c'], ['d']], members, { edges }))
    const [{ name: comparison, levels }] = MODEL.comparisons as [(typeof MODEL.comparisons)[0]]
    const evidence = { recordId: 'c', weight: 9000, levels: [{ comparison, level: levels[0]!.name }] }
    expect(first).toEqual(['matched', evidence])
    expect(second).toEqual(['matched', { ...evidence, recordId: 'a', weight: 7000 }])
    expect(reasons(said([['a']], [member('a')]))).toEqual([['no_match', null]])
    const decisions = [decision('must', 'a', 'b'), decision('cannot', 'b', 'c')]
    expect(
      reasons(
        said(
          [
            ['a', 'b'],
            ['c', 'd'],
          ],
          members,
          { decisions },
        ),
      ).map(([reason]) => reason),
    ).toEqual(['decided', 'decided', 'matched', 'matched'])
  })
})

describe('an event carries at most 100 registrations, and together they carry each once', () => {
  const numbered = (letter: string, count: number) =>
    Array.from({ length: count }, (_, at) => `${letter}${String(at).padStart(3, '0')}`)
  const [stay, go] = [numbered('a', 251), numbered('b', 250)]

  it.each([
    ['identity.merged', [[...stay, ...go]], 'y'],
    ['identity.split', [stay, go], 'x'],
  ])('%s', (type, clusters, before) => {
    const members = [...stay.map((id) => member(id, 'x')), ...go.map((id) => member(id, before))]
    const events = said(clusters, members).filter((each) => each.type === type)
    expect(events.map((event) => dataOf(event).registrations!.length)).toEqual([100, 100, 50])
    expect(
      inShort(events).flatMap((line) =>
        line
          .split(' ')
          .slice(3)
          .filter((id) => id.startsWith('b')),
      ),
    ).toEqual(go)
  })
})

describe('suspicions', () => {
  it('are told when they are new or other, and settled with what became of the two', () => {
    const changed = [{ lo: 'a', hi: 'b', kind: 'likely' as const, weight: 2000 }]
    const closed = [
      { lo: 'c', hi: 'd' },
      { lo: 'e', hi: 'f' },
      { lo: 'g', hi: 'h' },
    ]
    const retired = [{ id: 'd', redirectTo: 'c' }]
    const events = suspicionEvents({ changed, closed }, { retired }, (lo, hi) => lo + hi === 'ef', NOW)
    expect(events.map(({ type, data }) => [type, data])).toEqual([
      ['duplicate.suspected', { identityId: 'a', otherIdentityId: 'b', kind: 'likely', weight: 2000 }],
      ['duplicate.settled', { identityId: 'c', otherIdentityId: 'd', outcome: 'same_person' }],
      ['duplicate.settled', { identityId: 'e', otherIdentityId: 'f', outcome: 'different_people' }],
      ['duplicate.settled', { identityId: 'g', otherIdentityId: 'h', outcome: 'no_longer_suspected' }],
    ])
  })

  it('end as one person also when both were merged into a third', () => {
    const retired = [
      { id: 'c', redirectTo: 'x' },
      { id: 'd', redirectTo: 'x' },
    ]
    const [event] = suspicionEvents({ changed: [], closed: [{ lo: 'c', hi: 'd' }] }, { retired }, () => false, NOW)
    expect(event?.data).toMatchObject({ outcome: 'same_person' })
  })
})
