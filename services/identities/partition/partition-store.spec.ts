import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { runTogether } from '#libs/database'
import { type ResolverForSpecs, ResolverWorld, strangers, uuidOf } from '../resolver-for-specs.ts'
import { judged, member, revoked } from './partition-for-specs.ts'
import { type Deferral, PartitionStore } from './partition-store.ts'
import type { Suspicion, SuspicionChange } from './suspicions.ts'

const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(uuidOf).sort() as [string, string, string, string]
const store = new PartitionStore()

let world: ResolverWorld
let resolver: ResolverForSpecs

beforeAll(async () => {
  world = await ResolverWorld.begin()
  resolver = await world.resolver()
})

beforeEach(() => resolver.forgetAll())

afterAll(() => world.end())

describe('what is stored of suspicions', () => {
  const likely: Suspicion = { lo: a, hi: b, kind: 'likely', weight: 2000 }
  const suspect = async (change: Partial<Parameters<PartitionStore['suspecting']>[0]>) => {
    const nothing = { suspicions: [], touched: [], created: [], retired: [], deferred: [] }
    const statements = store.suspecting({ ...nothing, ...change }, new Date())
    const [rows] = await runTogether<[SuspicionChange]>(resolver.dataSource, [statements[0]!])
    return rows[0]!
  }

  it('is told when it is new, of another kind or of another weight, and only then', async () => {
    expect(await suspect({ suspicions: [likely], touched: [a] })).toEqual({ changed: [likely], closed: [] })
    expect(await suspect({ suspicions: [likely], touched: [a, b] })).toEqual({ changed: [], closed: [] })
    for (const other of [
      { ...likely, weight: 3000 },
      { ...likely, kind: 'id_conflict' as const },
    ]) {
      expect(await suspect({ suspicions: [other], touched: [a] })).toEqual({ changed: [other], closed: [] })
    }
  })

  it('is over when an identity was looked at and it is suspected no more, on whichever side it stands', async () => {
    for (const touched of [[a], [b]]) {
      await suspect({ suspicions: [likely], touched })
      expect(await suspect({ touched: [c] })).toEqual({ changed: [], closed: [] })
      expect(await suspect({ touched })).toEqual({ changed: [], closed: [{ lo: a, hi: b }] })
    }
  })

  it('stays while one of the two is decided about later, unless the other one is no more', async () => {
    for (const [decided, waits] of [
      [a, b],
      [b, a],
    ] as const) {
      await suspect({ suspicions: [likely], touched: [decided] })
      const deferred = [[member(c, waits), member(d)]]
      expect(await suspect({ touched: [decided], deferred })).toEqual({ changed: [], closed: [] })
      const retired = [{ id: decided, redirectTo: d }]
      expect((await suspect({ touched: [decided], deferred, retired })).closed).toEqual([{ lo: a, hi: b }])
    }
  })
})

describe('what is left for later', () => {
  const [early, late] = [new Date('2026-05-04T08:00:00Z'), new Date('2026-05-04T09:00:00Z')]
  const defer = (deferral: Partial<Deferral>, now = late) => {
    const usual = { components: [], cause: 'decision' as const, restated: [], traceOf: () => null, undone: undefined }
    return store.defer(resolver.dataSource.manager, { ...usual, ...deferral }, now)
  }
  const waiting = () =>
    resolver.dataSource.query('select record_id as id, cause, trace, undone from deferred_record order by 1')

  it('stands for each component: all that is undecided or to be spoken of, or else one record', async () => {
    const [one, other, alone] = [member(a, 'x'), member(b, 'x'), member(c, 'y')]
    await defer({ components: [[one, other], [alone]] })
    expect(await waiting()).toMatchObject([{ id: a }, { id: c }])
    await resolver.forgetAll()
    const components = [
      [one, other],
      [alone, member(d)],
    ]
    await defer({ components, restated: [b], traceOf: (id) => `trace of ${id}` })
    expect(await waiting()).toMatchObject([
      { id: b, trace: `trace of ${b}` },
      { id: d, trace: `trace of ${d}` },
    ])
  })

  it('keeps its cause unless it is corrected, and the earliest undoing', async () => {
    const components = [[member(a)]]
    await defer({ components, cause: 'record', traceOf: () => 'first' })
    await defer({ components, cause: 'decision', undone: late, traceOf: () => 'second' })
    expect(await waiting()).toEqual([{ id: a, cause: 'record', trace: 'first', undone: late }])
    await defer({ components, cause: 'correction', traceOf: () => 'third' })
    await defer({ components, cause: 'decision', undone: early })
    await defer({ components, cause: 'decision', undone: late })
    await defer({ components, cause: 'record' })
    expect(await waiting()).toEqual([{ id: a, cause: 'correction', trace: 'third', undone: early }])
  })
})

describe('an identity of leads alone', () => {
  it('is told to be in use again when its merge is undone, so that nobody follows its redirect', async () => {
    const [one, another] = strangers()
    await resolver.take([world.registration(a, one!)])
    await resolver.take([world.lead(b, { ...another!, residentId: null })])
    const [kept, gone] = [await resolver.identityOf(a), await resolver.identityOf(b)]
    const judgement = await judged(resolver.dataSource, 'must', a, b)
    await resolver.recompute(a)
    expect(await resolver.identityOf(b)).toBe(kept)
    await revoked(resolver.dataSource, judgement)
    await resolver.recompute(a)
    expect(await resolver.identityOf(b)).toBe(gone)
    const told = (await resolver.events()).filter(({ type }) => /merged|split/.test(type))
    expect(
      told.map(({ type, data }) => [type, data.retiredIdentityId ?? data.otherIdentityId, data.registrations]),
    ).toEqual([
      ['identity.merged', gone, []],
      ['identity.split', gone, []],
    ])
  })
})
