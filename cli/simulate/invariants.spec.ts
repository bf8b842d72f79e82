import { expect, it } from '@jest/globals'
import type { ReviewCase } from './admin.ts'
import { type Evidence, findViolations } from './invariants.ts'
import type { ReceiptStatus } from './receipts.ts'

const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`

const approved: ReviewCase = {
  caseId: id(901),
  identityId: id(801),
  status: 'approved',
  federationId: 'wx-freight',
  federationName: { zh: '工会', en: 'Union' },
  memberNumber: '3202-2026-0000017',
  registrationIds: [id(1), id(2)],
}
const returned: ReviewCase = {
  ...approved,
  caseId: id(902),
  identityId: id(802),
  status: 'returned',
  memberNumber: null,
  registrationIds: [id(3)],
}
const member: ReceiptStatus = { registrationId: id(1), status: 'approved', memberNumber: '3202-2026-0000017' }

/** Two people, three registrations, all as it should be. */
const sound: Evidence = {
  acknowledged: [
    { registrationId: id(1), receipt: 'r1', personId: 'a' },
    { registrationId: id(2), receipt: 'r2', personId: 'a' },
    { registrationId: id(3), receipt: 'r3', personId: 'b' },
  ],
  cases: [approved, returned],
  statuses: new Map([
    [id(1), member],
    [id(2), { ...member, registrationId: id(2) }],
    [id(3), { registrationId: id(3), status: 'returned', memberNumber: null }],
  ]),
  members: { members: 7, people: 7 },
  counted: { scans: 3, submitted: 3, newPeople: 2, approved: 1 },
  done: { scans: 3, submitted: 3, approved: 1 },
}

it('finds nothing when all is as it should be', () => {
  expect(findViolations(sound)).toEqual([])
})

it('lets a rejected person try anew', () => {
  const rejected: ReviewCase = { ...returned, caseId: id(903), status: 'rejected', registrationIds: [id(2)] }
  const told = new Map([...sound.statuses, [id(2), { ...member, status: 'rejected', memberNumber: null }] as const])
  const evidence = { ...sound, cases: [{ ...approved, registrationIds: [id(1)] }, rejected, returned], statuses: told }
  expect(findViolations(evidence as Evidence)).toEqual([])
})

const second: ReviewCase = { ...approved, caseId: id(904), identityId: id(804), memberNumber: '3202-2026-0000025' }

it.each<[string, Partial<Evidence>, string[]]>([
  [
    'a registration in no case',
    { cases: [{ ...approved, registrationIds: [id(1)] }, returned] },
    [`not_in_a_case ${id(2)}`],
  ],
  [
    'a registration in two cases',
    { cases: [approved, returned, { ...returned, caseId: id(905), status: 'rejected' }] },
    [`in_two_cases ${id(3)}: ${id(902)} ${id(905)}`],
  ],
  [
    'a case that stays open',
    { cases: [approved, { ...returned, status: 'open' }] },
    [`not_decided ${id(902)}`, `status_differs ${id(3)}: told returned, decided open`],
  ],
  [
    'one person who is a member twice',
    {
      cases: [{ ...approved, registrationIds: [id(1)] }, { ...second, registrationIds: [id(2)] }, returned],
      statuses: new Map([
        ...sound.statuses,
        [id(2), { ...member, registrationId: id(2), memberNumber: '3202-2026-0000025' }],
      ]),
    },
    [`person_in_two_cases a: ${id(901)} ${id(904)}`, `twice_a_member a: ${id(901)} ${id(904)}`],
  ],
  [
    'two people in one case',
    {
      cases: [{ ...approved, registrationIds: [id(1), id(2), id(3)] }],
      statuses: new Map([...sound.statuses, [id(3), { ...member, registrationId: id(3) }]]),
    },
    [`people_in_one_case ${id(901)}: a b`],
  ],
  ['more members than people', { members: { members: 8, people: 7 } }, ['twice_a_member members 8, people 7']],
  [
    'a member number given twice',
    {
      cases: [approved, { ...second, memberNumber: approved.memberNumber, registrationIds: [id(3)] }],
      statuses: new Map([...sound.statuses, [id(3), { ...member, registrationId: id(3) }]]),
    },
    [`member_number_twice 3202-2026-0000017: ${id(901)} ${id(904)}`],
  ],
  [
    'a returned case with a member number',
    {
      cases: [approved, { ...returned, memberNumber: '3202-2026-0000033' }],
      statuses: new Map([
        ...sound.statuses,
        [id(3), { registrationId: id(3), status: 'returned', memberNumber: '3202-2026-0000033' }],
      ]),
    },
    [`status_differs ${id(902)} returned, member number missing or left`],
  ],
  [
    'a driver who is told another outcome',
    { statuses: new Map([...sound.statuses, [id(2), { ...member, status: 'in_review', memberNumber: null }]]) },
    [`status_differs ${id(2)}: told in_review, decided approved 3202-2026-0000017`],
  ],
  [
    'a driver who is told another number',
    { statuses: new Map([...sound.statuses, [id(2), { ...member, memberNumber: '3202-2026-0000033' }]]) },
    [`status_differs ${id(2)}: told approved 3202-2026-0000033, decided approved 3202-2026-0000017`],
  ],
  [
    'a driver who is told nothing',
    { statuses: new Map([...sound.statuses].filter(([key]) => key !== id(3))) },
    [`status_differs ${id(3)}: told undefined, decided returned`],
  ],
  [
    'a funnel that lost something',
    { counted: { scans: 2, submitted: 3, newPeople: 0, approved: 0 } },
    ['funnel_short scans: counted 2, done 3', 'funnel_short approved: counted 0, done 1'],
  ],
])('finds %s', (_, broken, expected) => {
  const found = findViolations({ ...sound, ...broken }).map(({ rule, what }) => `${rule} ${what}`)
  expect(found).toEqual(expected)
})
