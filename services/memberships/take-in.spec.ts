import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { type LivingCase, takeIn } from './take-in.ts'

const ids = () => {
  let next = 0
  return () => `case-${++next}`
}
const arrival = (identityId: string, registrationId: string) => ({ identityId, registrationId })

describe('takeIn', () => {
  it('opens a case for a person without one', () => {
    expect(takeIn([], [arrival('p', 'r')], ids())).toEqual([
      { kind: 'open', caseId: 'case-1', arrival: arrival('p', 'r') },
    ])
  })

  it.each(['open', 'approved', 'returned'] as const)('joins a case that is %s', (status) => {
    const living: LivingCase[] = [{ caseId: 'c', identityId: 'p', status }]
    expect(takeIn(living, [arrival('p', 'r')], ids())).toMatchObject([{ kind: 'attach', caseId: 'c', status }])
  })

  it('reopens a returned case once: the next arrival of the batch finds it open', () => {
    const living: LivingCase[] = [{ caseId: 'c', identityId: 'p', status: 'returned' }]
    const admissions = takeIn(living, [arrival('p', 'r1'), arrival('p', 'r2')], ids())
    expect(admissions.map((each) => each.kind === 'attach' && each.status)).toEqual(['returned', 'open'])
  })

  it('opens at most one case per person and gives every arrival exactly one case', () => {
    const arrivals = fc.array(fc.record({ identityId: fc.constantFrom('a', 'b', 'c'), registrationId: fc.uuid() }))
    fc.assert(
      fc.property(arrivals, (all) => {
        const admissions = takeIn([], all, ids())
        expect(admissions.map((each) => each.arrival)).toEqual(all)
        const caseOf = new Map(admissions.map((each) => [each.arrival.identityId, each.caseId]))
        for (const each of admissions) expect(each.caseId).toBe(caseOf.get(each.arrival.identityId))
        expect(admissions.filter(({ kind }) => kind === 'open').length).toBe(caseOf.size)
      }),
    )
  })
})
