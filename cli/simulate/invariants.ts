import type { CaseStatus, Funnel, MemberCount, ReviewCase } from './admin.ts'
import type { Acknowledged, Rule, Violation } from './journal.ts'
import type { ReceiptStatus } from './receipts.ts'

/** What is left of a run when all is quiet. */
export interface Evidence {
  readonly acknowledged: readonly Acknowledged[]
  /** Every case that holds a registration of the run, and no other. */
  readonly cases: readonly ReviewCase[]
  /** By registration. */
  readonly statuses: ReadonlyMap<string, ReceiptStatus>
  /** Of the whole system. */
  readonly members: MemberCount
  /** What the funnel counted since the run began, and what the run knows it did; others may have added to it. */
  readonly counted: Funnel
  readonly done: Pick<Funnel, 'scans' | 'submitted' | 'approved'>
}

/** What a receipt says when its case stands so. */
export const receiptStatusOf: Readonly<Record<CaseStatus, ReceiptStatus['status']>> = {
  open: 'in_review',
  approved: 'approved',
  returned: 'returned',
  rejected: 'rejected',
}

/** The cases of each registration; one that is in none is missing. */
export function casesByRegistration(cases: readonly ReviewCase[]): Map<string, ReviewCase[]> {
  const found = new Map<string, ReviewCase[]>()
  for (const each of cases) {
    for (const id of each.registrationIds) found.set(id, [...(found.get(id) ?? []), each])
  }
  return found
}

/** Whatever is not as it has to be; pure. */
export function findViolations(evidence: Evidence): Violation[] {
  return [...inCases(evidence), ...people(evidence), ...memberships(evidence), ...told(evidence), ...funnel(evidence)]
}

/** Every acknowledged registration is in exactly one case, and that case gets decided. */
function inCases({ acknowledged, cases }: Evidence): Violation[] {
  const found = casesByRegistration(cases)
  const lost = acknowledged.filter(({ registrationId }) => !found.has(registrationId))
  const doubled = [...found].filter(([, holding]) => holding.length > 1)
  const open = cases.filter(({ status }) => status === 'open')
  return [
    ...lost.map(({ registrationId }) => violation('not_in_a_case', registrationId)),
    ...doubled.map(([id, holding]) => violation('in_two_cases', `${id}: ${idsOf(holding)}`)),
    ...open.map(({ caseId }) => violation('not_decided', caseId)),
  ]
}

/** A person has one living case, and a case one person; whoever was rejected may try anew. */
function people({ acknowledged, cases }: Evidence): Violation[] {
  const personOf = new Map(acknowledged.map(({ registrationId, personId }) => [registrationId, personId]))
  const living = new Map<string, ReviewCase[]>()
  const mixed: Violation[] = []
  for (const each of cases) {
    const persons = new Set(each.registrationIds.flatMap((id) => personOf.get(id) ?? []))
    if (persons.size > 1) mixed.push(violation('people_in_one_case', `${each.caseId}: ${[...persons].join(' ')}`))
    if (each.status === 'rejected') continue
    for (const person of persons) living.set(person, [...(living.get(person) ?? []), each])
  }
  const split = [...living].filter(([, held]) => held.length > 1)
  return [
    ...mixed,
    ...split.map(([person, held]) => violation('person_in_two_cases', `${person}: ${idsOf(held)}`)),
    ...split
      .filter(([, held]) => held.filter(({ status }) => status === 'approved').length > 1)
      .map(([person, held]) => violation('twice_a_member', `${person}: ${idsOf(held)}`)),
  ]
}

function memberships({ cases, members }: Evidence): Violation[] {
  const byNumber = new Map<string, ReviewCase[]>()
  for (const each of cases) {
    const number = each.memberNumber
    if (number) byNumber.set(number, [...(byNumber.get(number) ?? []), each])
  }
  const shared = [...byNumber].filter(([, holding]) => holding.length > 1)
  return [
    ...(members.members === members.people
      ? []
      : [violation('twice_a_member', `members ${members.members}, people ${members.people}`)]),
    ...shared.map(([number, holding]) => violation('member_number_twice', `${number}: ${idsOf(holding)}`)),
    ...cases
      .filter(({ status, memberNumber }) => (status === 'approved') !== (memberNumber !== null))
      .map(({ caseId, status }) => violation('status_differs', `${caseId} ${status}, member number missing or left`)),
  ]
}

/** The driver is told what was decided. */
function told({ acknowledged, cases, statuses }: Evidence): Violation[] {
  const found = casesByRegistration(cases)
  return acknowledged.flatMap(({ registrationId }) => {
    const [decided] = found.get(registrationId) ?? []
    const status = statuses.get(registrationId)
    if (!decided || (status && agrees(status, decided))) return []
    const heard = `${status?.status} ${status?.memberNumber ?? ''}`.trim()
    const truth = `${decided.status} ${decided.memberNumber ?? ''}`.trim()
    return [violation('status_differs', `${registrationId}: told ${heard}, decided ${truth}`)]
  })
}

/** Whether a receipt says what became of its case. */
export function agrees(status: ReceiptStatus, { status: decided, memberNumber }: ReviewCase): boolean {
  return status.status === receiptStatusOf[decided] && status.memberNumber === memberNumber
}

function funnel({ counted, done }: Evidence): Violation[] {
  return (['scans', 'submitted', 'approved'] as const)
    .filter((step) => counted[step] < done[step])
    .map((step) => violation('funnel_short', `${step}: counted ${counted[step]}, done ${done[step]}`))
}

function violation(rule: Rule, what: string): Violation {
  return { rule, what }
}

function idsOf(cases: readonly ReviewCase[]): string {
  return cases.map(({ caseId }) => caseId).join(' ')
}
