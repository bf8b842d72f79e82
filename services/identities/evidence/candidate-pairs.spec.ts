import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import type { FoundRecord, KeyedRecord } from '../records/record-store.ts'
import { candidatePairs } from './candidate-pairs.ts'

const ANY = () => Number.POSITIVE_INFINITY
const content = (id: string) => ({ id }) as KeyedRecord['content']
const seed = (id: string, ...keys: string[]): KeyedRecord => ({
  content: content(id),
  keys: keys.map((key) => ({ key, rule: 'mobile' })),
  exclusive: null,
})
const found = (id: string, ...keys: string[]): FoundRecord => ({ content: content(id), keys })

describe('candidate pairs', () => {
  it('come once with every key that the two share, from whichever side they are met', () => {
    const seeds = [seed('b', '1', '2'), seed('a', '2', '1')]
    const all = [found('a', '1', '2'), found('b', '1', '2')]
    expect(candidatePairs(seeds, all, ANY).pairs).toEqual([{ lo: 'a', hi: 'b', keys: ['1', '2'] }])
  })

  it('need a seed: two records that were there before are no new pair', () => {
    const all = [found('a', '1'), found('b', '1'), found('c', '1')]
    expect(candidatePairs([seed('b', '1')], all, ANY).pairs).toEqual([
      { lo: 'a', hi: 'b', keys: ['1'] },
      { lo: 'b', hi: 'c', keys: ['1'] },
    ])
  })

  it('are none under a key above its limit, which is told with a record that has it', () => {
    const all = [found('a', '1', '2'), found('b', '1', '2'), found('c', '1')]
    const limits = new Map([
      ['1', 2],
      ['2', 2],
    ])
    const { pairs, overfull } = candidatePairs([seed('b', '1', '2')], all, (key) => limits.get(key)!)
    expect(pairs).toEqual([{ lo: 'a', hi: 'b', keys: ['2'] }])
    expect(overfull).toEqual([{ key: '1', example: 'a' }])
  })

  it('are, for any records and limits, those that share a key which is not above its limit', () => {
    const key = fc.constantFrom('1', '2', '3', '4')
    const ids = [...'abcdef']
    const keysOf = fc.array(fc.uniqueArray(key), { minLength: ids.length, maxLength: ids.length })
    fc.assert(
      fc.property(keysOf, fc.subarray(ids), fc.integer({ min: 1, max: 6 }), (keys, seeds, limit) => {
        const all = ids.map((id, at) => found(id, ...keys[at]!))
        const { pairs, overfull } = candidatePairs(
          all.filter(({ content: { id } }) => seeds.includes(id)).map((each) => seed(each.content.id, ...each.keys)),
          all,
          () => limit,
        )
        const under = (each: string) => all.filter((record) => record.keys.includes(each))
        const tooMany = ['1', '2', '3', '4'].filter((each) => under(each).length > limit)
        expect(overfull.map((each) => each.key).sort()).toEqual(tooMany)
        const expected = all.flatMap((lo) =>
          all.flatMap((hi) => {
            const shared = lo.keys.filter((each) => hi.keys.includes(each) && !tooMany.includes(each))
            const wanted = seeds.includes(lo.content.id) || seeds.includes(hi.content.id)
            return lo.content.id < hi.content.id && wanted && shared.length > 0
              ? [`${lo.content.id} ${hi.content.id} ${shared.sort()}`]
              : []
          }),
        )
        expect(pairs.map(({ lo, hi, keys: shared }) => `${lo} ${hi} ${[...shared].sort()}`).sort()).toEqual(
          expected.sort(),
        )
      }),
    )
  })
})
