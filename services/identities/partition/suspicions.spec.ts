import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import type { Cluster } from './decide-partition.ts'
import type { Decision, Edge, Member } from './neighbourhood.ts'
import { decision, edge, member } from './partition-for-specs.ts'
import { suspicionsOf } from './suspicions.ts'

const THRESHOLDS = { keep: -6000, review: 1000, merge: 6000 }

const cluster = (identityId: string, ...members: Member[]): Cluster => ({ identityId, origin: 'kept', members })
const suspicions = (
  clusters: readonly Cluster[],
  edges: readonly Edge[],
  decisions: readonly Decision[] = [],
  rim: readonly Member[] = [],
) => suspicionsOf(clusters, [...clusters.flatMap(({ members }) => members), ...rim], edges, decisions, THRESHOLDS)

describe('two identities are suspected to be one person', () => {
  const [one, another] = [cluster('x', member('a')), cluster('y', member('b'))]

  it('as likely when a pair weighs what a person has to look at', () => {
    expect(suspicions([one, another], [edge('a', 'b', 1000)])).toEqual([
      { lo: 'x', hi: 'y', kind: 'likely', weight: 1000 },
    ])
    expect(suspicions([one, another], [edge('a', 'b', 999)])).toEqual([])
  })

  it('as kept apart when the pair would suffice to join them', () => {
    expect(suspicions([one, another], [edge('a', 'b', 6000)])).toMatchObject([{ kind: 'kept_apart', weight: 6000 }])
    expect(suspicions([one, another], [edge('a', 'b', 5999)])).toMatchObject([{ kind: 'likely' }])
  })

  it('as conflicting ids when valid ids differ, however much the pair weighs', () => {
    const clusters = [
      cluster('x', member('a', 'x', { exclusive: '1' })),
      cluster('y', member('b', 'y', { exclusive: '2' })),
    ]
    for (const weight of [1000, 9000]) {
      expect(suspicions(clusters, [edge('a', 'b', weight)])).toMatchObject([{ kind: 'id_conflict' }])
    }
  })

  it('without conflict when one has no id, or none that the other lacks', () => {
    const [first, both] = [member('a', 'x', { exclusive: '1' }), member('c', 'y', { exclusive: '2' })]
    const shared = member('b', 'y', { exclusive: '1' })
    expect(suspicions([cluster('x', first), another], [edge('a', 'b', 1000)])).toMatchObject([{ kind: 'likely' }])
    expect(suspicions([cluster('x', first), cluster('y', shared)], [edge('a', 'b', 1000)])).toMatchObject([
      { kind: 'likely' },
    ])
    expect(suspicions([cluster('x', first), cluster('y', shared, both)], [edge('a', 'b', 1000)])).toMatchObject([
      { kind: 'likely' },
    ])
  })

  it('with the ids of all their records, not of the strongest pair alone', () => {
    const clusters = [
      cluster('x', member('a'), member('c', 'x', { exclusive: '1' })),
      cluster('y', member('b'), member('d', 'y', { exclusive: '2' })),
    ]
    expect(suspicions(clusters, [edge('a', 'b', 1000)])).toMatchObject([{ kind: 'id_conflict' }])
  })

  it('never when somebody said that they are different people, of whichever of their records', () => {
    const clusters = [cluster('x', member('a'), member('c')), cluster('y', member('b'), member('d'))]
    expect(suspicions(clusters, [edge('a', 'b', 9000)], [decision('cannot', 'd', 'c')])).toEqual([])
    expect(suspicions(clusters, [edge('a', 'b', 9000)], [decision('must', 'd', 'c')])).toHaveLength(1)
  })

  it('nor when that was said of a record which is not at hand but has its identity', () => {
    for (const said of [decision('cannot', 'a', 'far', 'x', 'y'), decision('cannot', 'far', 'b', 'x', 'y')]) {
      expect(suspicions([one, another], [edge('a', 'b', 9000)], [said])).toEqual([])
    }
  })

  it('of whom one stands at the rim with the identity that it has', () => {
    const rim = member('r', 'z', { inside: false })
    expect(suspicions([one], [edge('a', 'r', 2000)], [], [rim])).toMatchObject([{ lo: 'x', hi: 'z' }])
    expect(suspicions([one], [edge('a', 'r', 2000)], [], [{ ...rim, inside: true }])).toEqual([])
  })
})

it('of any records: each pair once, by its strongest edge, the same from either side and in any order', () => {
  const [people, records] = [[...'vwxyz'], [...'abcdefgh']]
  const each = <T>(what: fc.Arbitrary<T>) => fc.array(what, { minLength: records.length, maxLength: records.length })
  const link = fc.tuple(fc.constantFrom(...records), fc.constantFrom(...records))
  const picture = fc.record({
    holders: each(fc.constantFrom(...people)),
    exclusives: each(fc.option(fc.constantFrom('1', '2'))),
    edges: fc.array(fc.tuple(link, fc.integer({ min: 0, max: 9000 })), { maxLength: 15 }),
    cannot: fc.array(link, { maxLength: 3 }),
  })
  fc.assert(
    fc.property(picture, ({ holders, exclusives, edges, cannot }) => {
      const all = records.map((id, at) => member(id, holders[at], { exclusive: exclusives[at]! }))
      const clusters = [...new Set(holders)].map((id) => cluster(id, ...all.filter((each) => each.identityId === id)))
      const holder = (id: string) => holders[records.indexOf(id)]!
      const seen = (turned: boolean) => {
        const links = edges.map(([[a, b], weight]) => (turned ? edge(b, a, weight) : edge(a, b, weight)))
        const apart = cannot.map(([a, b]) => (turned ? decision('cannot', b, a) : decision('cannot', a, b)))
        return suspicions(clusters, turned ? links.toReversed() : links, apart)
      }
      const found = seen(false)
      expect(seen(true)).toEqual(found)
      const weights = new Map<string, number>()
      for (const [[a, b], weight] of edges) {
        const [lo, hi] = [holder(a), holder(b)].sort()
        if (lo !== hi && weight >= THRESHOLDS.review) {
          weights.set(`${lo} ${hi}`, Math.max(weight, weights.get(`${lo} ${hi}`) ?? 0))
        }
      }
      for (const [a, b] of cannot) weights.delete([holder(a), holder(b)].sort().join(' '))
      expect(found.map(({ lo, hi, weight }) => [`${lo} ${hi}`, weight])).toEqual([...weights].sort())
    }),
  )
})
