import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { driversModel, type Model, parseModel } from '#libs/linkage'
import { changeOf, decidePartition } from './decide-partition.ts'
import type { Neighbourhood } from './neighbourhood.ts'
import { decision, edge, member } from './partition-for-specs.ts'

const MODEL = parseModel(driversModel)
const STRONG = MODEL.thresholds.merge + 9000
const WEAK = MODEL.thresholds.review

const decide = (
  neighbourhood: Partial<Neighbourhood>,
  { maxComponent = Number.POSITIVE_INFINITY, model = MODEL }: { maxComponent?: number; model?: Model } = {},
) => {
  let last = 0
  const known = { members: [], edges: [], decisions: [], past: new Map(), ...neighbourhood }
  return decidePartition(known, model, maxComponent, () => `new ${++last}`)
}
const recordsOf = ({ clusters }: ReturnType<typeof decide>) =>
  clusters.map(({ identityId, members }) => [identityId, ...members.map(({ id }) => id)].join(' '))

describe('a component above the bound', () => {
  const large = ['a', 'b', 'c'].map((id) => member(id, 'x'))
  const members = [...large, member('d'), member('e'), member('f', 'y')]
  const edges = [
    ...['a b', 'b c', 'a c', 'd e'].map((pair) => edge(pair[0]!, pair[2]!, STRONG)),
    ...['c d', 'c f', 'd f'].map((pair) => edge(pair[0]!, pair[2]!, WEAK)),
  ]

  it('is left as it is, with all its records, while the others are decided', () => {
    const change = decide({ members, edges }, { maxComponent: 2 })
    expect(change.deferred).toEqual([large])
    expect(recordsOf(change)).toEqual(['new 1 d e', 'y f'])
    expect([...change.touched, ...change.moves.map(({ record }) => record.id)]).toEqual(['new 1', 'y', 'd', 'e'])
    expect(decide({ members, edges }, { maxComponent: 3 }).deferred).toEqual([])
  })

  it('is each for itself when there are several', () => {
    const others = ['g', 'h', 'i'].map((id) => member(id, 'z'))
    expect(decide({ members: [...large, ...others] }, { maxComponent: 2 }).deferred).toEqual([large, others])
  })

  it('is one that was too large to be read, however little of it is here', () => {
    const change = decide({
      members: [member('a', 'x'), member('b'), member('c', 'y')],
      edges: [edge('a', 'b', STRONG)],
      beyond: new Set(['a']),
    })
    expect(change.deferred.map((records) => records.map(({ id }) => id))).toEqual([['a', 'b']])
    expect(recordsOf(change)).toEqual(['y c'])
  })

  it('has no say about pairs with its identities, inside or at the rim', () => {
    const rim = member('r', 'x', { inside: false })
    const known = [...edges, edge('d', 'r', WEAK)]
    expect(decide({ members: [...members, rim], edges: known }, { maxComponent: 2 }).suspicions).toMatchObject([
      { lo: 'new 1', hi: 'y' },
    ])
    expect(decide({ members: [...members, rim], edges: known }).suspicions).toHaveLength(3)
  })
})

describe('records at the rim', () => {
  it('stay where they are, whatever weighs on them', () => {
    const members = [member('a', 'x'), member('r', 'y', { inside: false }), member('s', null, { inside: false })]
    const change = decide({ members, edges: [edge('a', 'r', STRONG), edge('a', 's', STRONG)] })
    expect(recordsOf(change)).toEqual(['x a'])
    expect(change.moves).toEqual([])
    expect(change.touched).toEqual(['x'])
    expect(change.suspicions).toMatchObject([{ lo: 'x', hi: 'y' }])
  })
})

describe('a retired identity', () => {
  it('leads to where most of its records went; between equals to the older one', () => {
    const members = [member('a', 'x'), member('b', 'x'), member('c', 'x'), member('d', 'y'), member('e', 'z')]
    const more = [
      ...members,
      ...['f', 'g', 'h'].map((id) => member(id, 'y')),
      ...['i', 'j', 'k'].map((id) => member(id, 'z')),
    ]
    const clusters = (toY: string[], toZ: string[]) => [
      ['d', 'f', 'g', 'h', ...toY].sort(),
      ['e', 'i', 'j', 'k', ...toZ].sort(),
    ]
    const retired = (members: typeof more, ...[toY, toZ]: Parameters<typeof clusters>) =>
      changeOf(clusters(toY, toZ), members, new Map(), () => 'new').retired
    expect(retired(more, ['a'], ['b', 'c'])).toEqual([{ id: 'x', redirectTo: 'z' }])
    expect(retired(more, ['a', 'b'], ['c'])).toEqual([{ id: 'x', redirectTo: 'y' }])
    expect(
      retired(
        more.filter(({ id }) => id !== 'c'),
        ['b'],
        ['a'],
      ),
    ).toEqual([{ id: 'x', redirectTo: 'y' }])
  })

  it('leads to one that lives, whatever becomes of any records', () => {
    const ids = [...'abcdefgh']
    const of = fc.array(fc.nat({ max: 4 }), { minLength: ids.length, maxLength: ids.length })
    fc.assert(
      fc.property(of, of, (before, after) => {
        const members = ids.map((id, at) => member(id, before[at] === 0 ? null : `id ${before[at]}`))
        const clusters = [...new Set(after)].map((group) => ids.filter((_, at) => after[at] === group))
        let last = 0
        const change = changeOf(clusters, members, new Map(), () => `new ${++last}`)
        const living = new Set(change.clusters.map(({ identityId }) => identityId))
        expect(living.size).toBe(clusters.length)
        const held = new Set(members.flatMap(({ identityId }) => identityId ?? []))
        expect(change.retired.map(({ id }) => id).sort()).toEqual([...held].filter((id) => !living.has(id)).sort())
        expect(change.retired.every(({ redirectTo }) => living.has(redirectTo))).toBe(true)
        const moved = new Map(change.moves.map(({ record, to }) => [record.id, to]))
        for (const { identityId, members: own } of change.clusters) {
          for (const { id, identityId: from } of own) expect(moved.get(id) ?? from).toBe(identityId)
        }
      }),
    )
  })
})

describe('what could not be kept is told', () => {
  it('of must-links, when something forbids them', () => {
    const members = [member('a', null, { exclusive: '1' }), member('b', null, { exclusive: '2' }), member('c')]
    const decisions = [decision('must', 'a', 'b'), decision('must', 'a', 'c')]
    expect(decide({ members, decisions }).conflicts).toMatchObject([{ a: 'a', b: 'b' }])
  })

  it('of components, when they were cut', () => {
    const model = { ...MODEL, clustering: { ...MODEL.clustering, maxComponent: 2 } }
    const members = [member('a'), member('b'), member('c')]
    const edges = [edge('a', 'b', STRONG), edge('b', 'c', MODEL.thresholds.merge)]
    expect(decide({ members, edges }, { model }).oversized).toMatchObject([{ records: ['a', 'b', 'c'] }])
  })
})
