import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { type Counted, changes } from './count-changes.ts'

const counted = fc
  .uniqueArray(
    fc.record({
      id: fc.constantFrom('a', 'b', 'c'),
      siteId: fc.constantFrom('s1', 's2', null),
      at: fc.constantFrom(new Date(0), new Date(86_400_000)),
    }),
    { selector: ({ id }) => id },
  )
  .map((all): Counted[] => all)

/** How many count at each site and moment; nothing where none do. */
function totals(all: readonly { siteId: string | null; at: Date; by: number }[]): Map<string, number> {
  const sums = new Map<string, number>()
  for (const { siteId, at, by } of all) {
    const key = `${siteId} ${at.toISOString()}`
    sums.set(key, (sums.get(key) ?? 0) + by)
  }
  return new Map([...sums].filter(([, sum]) => sum !== 0))
}

describe('changes', () => {
  it('bring the counts of before to the counts of after', () => {
    fc.assert(
      fc.property(counted, counted, (before, after) => {
        const one = (each: Counted) => ({ ...each, by: 1 })
        expect(totals([...before.map(one), ...changes(before, after)])).toEqual(totals(after.map(one)))
      }),
    )
  })

  it('are none where nothing changed', () => {
    fc.assert(fc.property(counted, (same) => expect(changes(same, structuredClone(same))).toEqual([])))
  })
})
