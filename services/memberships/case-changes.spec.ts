import { describe, expect, it } from '@jest/globals'
import { changedCases, tellings } from './case-changes.ts'
import type { StoredCase } from './case-store.ts'
import type { JoinableCase, JoinableRegistration } from './join-cases.ts'
import { unknownRegistration } from './statements.ts'

const joinable = (more: Partial<JoinableCase> = {}): JoinableCase => ({
  caseId: 'c',
  status: 'open',
  mergedInto: null,
  shows: 'r',
  joinedAt: null,
  ...more,
})
const stored = (more: Partial<StoredCase> = {}): StoredCase => ({
  ...joinable(),
  identityId: 'A',
  siteId: null,
  federationName: null,
  decidedAt: null,
  decidedBy: null,
  reasonCode: null,
  memberId: null,
  memberNumber: null,
  memberEnded: false,
  ...more,
})
const registration = (registrationId: string, caseId: string | null): JoinableRegistration => ({
  registrationId,
  identityId: 'A',
  caseId,
  placed: true,
  submittedAt: new Date(0),
  renewed: false,
  erased: false,
})
const all = [registration('r', 'c'), registration('q', 'c')]
const none: ReadonlySet<string> = new Set()

describe('changedCases', () => {
  it('passes over what stayed, unless the shown application is another', () => {
    const after = { cases: [joinable()], registrations: all }
    expect(changedCases([stored()], after, none)).toEqual([])
    expect(changedCases([stored()], after, new Set(['r']))).toHaveLength(1)
    expect(changedCases([stored({ identityId: 'B' })], after, none)).toMatchObject([{ identityId: 'A' }])
  })

  it('credits the poster of an application that was submitted before the shown one, not of one that reopens a case', () => {
    const after = { cases: [joinable({ shows: 'q' })], registrations: all }
    expect(changedCases([stored()], after, none)).toMatchObject([{ earlier: true, reopened: false }])
    expect(changedCases([stored({ status: 'returned' })], after, none)).toMatchObject([
      { earlier: false, reopened: true },
    ])
  })
})

describe('tellings', () => {
  const known = (caseId: string | null) => ['r', 'q'].map((id) => ({ ...unknownRegistration(id), caseId }))
  const kinds = (cases: readonly JoinableCase[], caseId: string | null, after: readonly JoinableCase[]) =>
    tellings({ cases, registrations: known(caseId) }, { cases: after, registrations: all }).map(({ kind }) => kind)

  it('tell of an opened case once, and of further registrations in it', () => {
    expect(kinds([], null, [joinable()])).toEqual(['opened', 'attached'])
  })

  it('tell nothing where nothing changed', () => {
    expect(kinds([joinable()], 'c', [joinable()])).toEqual([])
  })

  it('tell every registration of a case that opened again, was merged, or stands as returned again', () => {
    const root = joinable({ caseId: 'd', shows: 'x' })
    expect(kinds([joinable({ status: 'returned' })], 'c', [joinable()])).toEqual(['attached', 'attached'])
    expect(kinds([joinable(), root], 'c', [joinable({ mergedInto: 'd' }), root])).toEqual(['attached', 'attached'])
    const merged = joinable({ status: 'returned', mergedInto: 'd' })
    expect(kinds([merged, root], 'c', [joinable({ status: 'returned' }), root])).toEqual(['returned', 'returned'])
  })
})
