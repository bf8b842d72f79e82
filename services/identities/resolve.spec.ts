import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { type NewRecord, resolve } from './resolve.ts'

const counter = () => {
  let next = 0
  return () => `new-${++next}`
}

const record = (registrationId: string, residentId: string | null, nameMobile: string): NewRecord => ({
  registrationId,
  residentId,
  nameMobile,
})

describe('resolve', () => {
  it('takes an unknown driver for a new person', () => {
    const [resolution] = resolve([], [record('r1', 'id-a', 'nm-a')], counter())
    expect(resolution).toEqual({
      registrationId: 'r1',
      identityId: 'new-1',
      outcome: 'new',
      reason: 'no_match',
      suspects: [],
    })
  })

  it('knows a person by the resident id, whatever name and phone say', () => {
    const known = [{ residentId: 'id-a', nameMobile: 'nm-a', identityId: 'person' }]
    const [resolution] = resolve(known, [record('r2', 'id-a', 'nm-other')], counter())
    expect(resolution).toMatchObject({ identityId: 'person', outcome: 'existing', reason: 'same_resident_id' })
  })

  it('knows a person without an id by name and phone', () => {
    const known = [{ residentId: 'id-a', nameMobile: 'nm-a', identityId: 'person' }]
    const [resolution] = resolve(known, [record('lead', null, 'nm-a')], counter())
    expect(resolution).toMatchObject({ identityId: 'person', outcome: 'existing', reason: 'same_name_and_mobile' })
  })

  it('never takes two valid ids that differ for one person, and says that it looked', () => {
    const known = [{ residentId: 'id-a', nameMobile: 'nm', identityId: 'person' }]
    const [resolution] = resolve(known, [record('r2', 'id-b', 'nm')], counter())
    expect(resolution).toMatchObject({ outcome: 'new', reason: 'no_match', suspects: ['person'] })
  })

  it('does not choose between two people of one name and phone', () => {
    const known = [
      { residentId: 'id-a', nameMobile: 'nm', identityId: 'first' },
      { residentId: 'id-b', nameMobile: 'nm', identityId: 'second' },
    ]
    const [resolution] = resolve(known, [record('lead', null, 'nm')], counter())
    expect(resolution).toMatchObject({ outcome: 'new', suspects: ['first', 'second'] })
  })

  it('learns within a batch', () => {
    const resolutions = resolve(
      [],
      [record('r1', 'id-a', 'x'), record('r2', 'id-a', 'y'), record('r3', null, 'y')],
      counter(),
    )
    expect(resolutions.map(({ identityId }) => identityId)).toEqual(['new-1', 'new-1', 'new-1'])
    expect(resolutions.map(({ outcome }) => outcome)).toEqual(['new', 'existing', 'existing'])
  })

  it('gives one identity to every id and never two ids to one identity, in any order', () => {
    const records = fc.array(
      fc.record({
        registrationId: fc.uuid(),
        residentId: fc.option(fc.constantFrom('a', 'b', 'c', 'd'), { nil: null }),
        nameMobile: fc.constantFrom('x', 'y', 'z'),
      }),
      { maxLength: 30 },
    )
    fc.assert(
      fc.property(records, (all) => {
        const resolutions = resolve([], all, counter())
        const identityOfId = new Map<string, string>()
        const idsOfIdentity = new Map<string, Set<string>>()
        all.forEach(({ residentId }, at) => {
          if (!residentId) return
          const { identityId } = resolutions[at]!
          expect(identityOfId.get(residentId) ?? identityId).toBe(identityId)
          identityOfId.set(residentId, identityId)
          idsOfIdentity.set(identityId, (idsOfIdentity.get(identityId) ?? new Set()).add(residentId))
        })
        for (const ids of idsOfIdentity.values()) expect(ids.size).toBe(1)
      }),
    )
  })
})
