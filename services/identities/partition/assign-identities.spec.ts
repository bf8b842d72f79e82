import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { assignIdentities } from './assign-identities.ts'

const fresh = () => 'new'
const holders = (of: Record<string, string>) => new Map(Object.entries(of))
const idsOf = (...args: Parameters<typeof assignIdentities>) =>
  assignIdentities(...args).map(({ identityId, origin }) => `${identityId} ${origin}`)

describe('an id', () => {
  it('stays with most of its records, wherever these stand', () => {
    const current = holders({ a: '1', b: '1', c: '1' })
    expect(idsOf([['a'], ['b', 'c']], current, new Map(), fresh)).toEqual(['new new', '1 kept'])
  })

  it('that is older wins over one with equally many records', () => {
    const current = holders({ a: '2', b: '1' })
    expect(idsOf([['a', 'b']], current, new Map(), fresh)).toEqual(['1 kept'])
    expect(idsOf([['a', 'b']], current, new Map([['a', ['0']]]), fresh)).toEqual(['1 kept'])
  })

  it('with more records wins over an older one', () => {
    const current = holders({ a: '1', b: '2', c: '2' })
    expect(idsOf([['a', 'b', 'c']], current, new Map(), fresh)).toEqual(['2 kept'])
  })

  it('goes to the next cluster when the one with most of its records keeps another', () => {
    const current = holders({ a: '2', b: '2', c: '2', d: '1', e: '1', f: '1' })
    expect(idsOf([['a', 'b', 'd', 'e', 'f'], ['c']], current, new Map(), fresh)).toEqual(['1 kept', '2 kept'])
  })

  it('between equal clusters stays with the one that has nothing else, living or retired, to have instead', () => {
    const current = holders({ b: '1', c: '1', d: '2' })
    expect(idsOf([['b', 'd'], ['c']], current, new Map(), fresh)).toEqual(['2 kept', '1 kept'])
    const merged = holders({ a: '1', b: '1' })
    expect(idsOf([['a'], ['b']], merged, new Map([['a', ['2']]]), fresh)).toEqual(['2 revived', '1 kept'])
  })

  it('between clusters that have something instead stays where that is younger', () => {
    const current = holders({ a: '1', b: '1' })
    const past = new Map([
      ['a', ['2']],
      ['b', ['3']],
    ])
    expect(idsOf([['a'], ['b']], current, past, fresh)).toEqual(['2 revived', '1 kept'])
  })

  it('between clusters that are equal in all stays with the lowest record', () => {
    const current = holders({ a: '1', b: '1' })
    expect(idsOf([['b'], ['a']], current, new Map(), fresh)).toEqual(['new new', '1 kept'])
  })

  it('that was merged away comes back when the merge is undone', () => {
    const current = holders({ a: '1', b: '1', c: '1' })
    const past = new Map([['c', ['2', '3']]])
    expect(idsOf([['a', 'b'], ['c']], current, past, fresh)).toEqual(['1 kept', '3 revived'])
  })

  it('that was merged away stays so while the cluster has a living one, or while it lives elsewhere', () => {
    expect(idsOf([['a']], holders({ a: '1' }), new Map([['a', ['2']]]), fresh)).toEqual(['1 kept'])
    const current = holders({ a: '1', b: '1', c: '2' })
    const past = new Map([['b', ['2']]])
    expect(idsOf([['a'], ['b'], ['c']], current, past, fresh)).toEqual(['1 kept', 'new new', '2 kept'])
  })
})

describe('for any clusters, identities and history', () => {
  const records = [...'abcdefghij']
  const id = fc.constantFrom('1', '2', '3', '4')
  const picture = fc
    .record({
      groups: fc.array(fc.nat({ max: 5 }), { minLength: records.length, maxLength: records.length }),
      current: fc.array(fc.option(id), { minLength: records.length, maxLength: records.length }),
      past: fc.array(fc.array(id, { maxLength: 3 }), { minLength: records.length, maxLength: records.length }),
    })
    .map(({ groups, current, past }) => ({
      clusters: [...new Set(groups)].map((group) => records.filter((_, at) => groups[at] === group)),
      current: new Map(records.flatMap((record, at) => (current[at] ? [[record, current[at]] as const] : []))),
      past: new Map(records.map((record, at) => [record, past[at]!])),
    }))

  const counted = () => {
    let last = 0
    return () => `new ${++last}`
  }

  it('every cluster gets exactly one id, and no id is given twice', () => {
    fc.assert(
      fc.property(picture, ({ clusters, current, past }) => {
        const assigned = assignIdentities(clusters, current, past, counted())
        expect(assigned.map((each) => each.records)).toEqual(clusters)
        expect(new Set(assigned.map(({ identityId }) => identityId)).size).toBe(clusters.length)
      }),
    )
  })

  it('who gets which does not depend on the order of the clusters', () => {
    const ordered = picture.chain((each) =>
      fc.record({
        picture: fc.constant(each),
        shuffled: fc.shuffledSubarray(each.clusters, { minLength: each.clusters.length }),
      }),
    )
    fc.assert(
      fc.property(ordered, ({ picture: { clusters, current, past }, shuffled }) => {
        const byCluster = (order: readonly string[][]) =>
          new Map(assignIdentities(order, current, past, fresh).map((each) => [String(each.records), each.identityId]))
        expect(byCluster(shuffled)).toEqual(byCluster(clusters))
      }),
    )
  })

  it('a claim that was not met stood against one of at least as many records', () => {
    fc.assert(
      fc.property(picture, ({ clusters, current, past }) => {
        const assigned = assignIdentities(clusters, current, past, counted())
        const overlap = (cluster: readonly string[], identity: string) =>
          cluster.filter((record) => current.get(record) === identity).length
        for (const { records: cluster, identityId: got } of assigned) {
          for (const wanted of new Set(cluster.flatMap((record) => current.get(record) ?? []))) {
            const winner = assigned.find(({ identityId }) => identityId === wanted)?.records ?? []
            const stood = Math.max(overlap(cluster, got), overlap(winner, wanted))
            expect(stood).toBeGreaterThanOrEqual(overlap(cluster, wanted))
          }
        }
      }),
    )
  })
})
