import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { restoreIdentities } from './restore-identities.ts'

const fresh = () => 'new'

describe('ids after an undo', () => {
  it('are those from before, whoever survived in between', () => {
    const former = new Map([
      ['b', '1'],
      ['a', '2'],
    ])
    const current = new Map([
      ['a', '1'],
      ['b', '1'],
    ])
    const assigned = restoreIdentities([['a'], ['b']], former, current, new Map([['a', ['2']]]), fresh)
    expect(assigned).toEqual([
      { records: ['a'], identityId: '2', origin: 'revived' },
      { records: ['b'], identityId: '1', origin: 'kept' },
    ])
  })

  it('do not follow records that came since', () => {
    const former = new Map([
      ['a', '1'],
      ['b', '2'],
    ])
    const current = new Map(['a', 'b', 'c', 'd'].map((id) => [id, '1']))
    const assigned = restoreIdentities([['a'], ['b', 'c', 'd']], former, current, new Map([['b', ['2']]]), fresh)
    expect(assigned.map(({ identityId }) => identityId)).toEqual(['1', '2'])
  })

  it('leave alone what lives on elsewhere', () => {
    const assigned = restoreIdentities([['a']], new Map([['a', '9']]), new Map([['a', '1']]), new Map(), fresh)
    expect(assigned).toEqual([{ records: ['a'], identityId: '1', origin: 'kept' }])
  })

  it('are exactly the former ones for any former and current people', () => {
    const people = fc.array(fc.nat({ max: 4 }), { minLength: 6, maxLength: 6 })
    fc.assert(
      fc.property(people, people, (before, now) => {
        const records = ['a', 'b', 'c', 'd', 'e', 'f']
        const of = (groups: number[]) => new Map(records.map((record, at) => [record, `id ${groups[at]}`]))
        const [former, current] = [of(before), of(now)]
        const living = new Set(current.values())
        const past = new Map([...former].map(([record, id]) => [record, living.has(id) ? [] : [id]]))
        const clusters = [...new Set(former.values())].map((id) =>
          records.filter((record) => former.get(record) === id),
        )
        for (const { records: own, identityId } of restoreIdentities(clusters, former, current, past, fresh)) {
          expect(own.map((record) => former.get(record))).toEqual(own.map(() => identityId))
        }
      }),
    )
  })

  it('are the same in whatever order the clusters come', () => {
    const former = new Map([
      ['a', '1'],
      ['b', '1'],
    ])
    const current = new Map([
      ['a', '1'],
      ['b', '1'],
    ])
    for (const clusters of [
      [['a'], ['b']],
      [['b'], ['a']],
    ]) {
      const restored = restoreIdentities(clusters, former, current, new Map(), fresh)
      expect(restored.find(({ identityId }) => identityId === '1')!.records).toEqual(['a'])
    }
  })
})
