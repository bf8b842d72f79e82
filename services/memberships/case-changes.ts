import type { StoredCase } from './case-store.ts'
import type { JoinableCase, Picture } from './join-cases.ts'
import type { Registration } from './statements.ts'

/** A case after joining, beside what it was before; `before` is null for one that was opened. */
export interface CaseChange {
  readonly before: StoredCase | null
  readonly after: JoinableCase
  readonly identityId: string
  /** A returned case that waits for a decision again: its deadline starts anew. */
  readonly reopened: boolean
  /** It shows a registration that was submitted before the one that it showed: that one's poster brought the person. */
  readonly earlier: boolean
}

/** The cases that are to be written: new ones, and those whose row or shown application changed; pure. */
export function changedCases(
  before: readonly StoredCase[],
  { cases, registrations }: Picture,
  rewritten: ReadonlySet<string>,
): CaseChange[] {
  const known = new Map(before.map((each) => [each.caseId, each]))
  const personOf = new Map(registrations.map(({ registrationId, identityId }) => [registrationId, identityId]))
  return cases.flatMap((after) => {
    const old = known.get(after.caseId) ?? null
    const identityId = personOf.get(after.shows)!
    const same =
      old &&
      old.identityId === identityId &&
      old.status === after.status &&
      old.mergedInto === after.mergedInto &&
      old.shows === after.shows &&
      !rewritten.has(after.shows)
    if (same) return []
    const reopened = old?.status === 'returned' && after.status === 'open'
    const earlier = old?.status === 'open' && old.shows !== after.shows
    return [{ before: old, after, identityId, reopened, earlier }]
  })
}

/** What is to be told about a registration: where it stands now, as far as that is news. */
export interface Telling {
  readonly registrationId: string
  readonly identityId: string
  readonly caseId: string
  readonly kind: 'opened' | 'attached' | 'returned'
}

/** The registrations that stand elsewhere than before, with what to tell about them; pure. */
export function tellings(
  before: { readonly cases: readonly JoinableCase[]; readonly registrations: readonly Registration[] },
  after: Picture,
): Telling[] {
  const then = new Map(before.cases.map((each) => [each.caseId, each]))
  const now = new Map(after.cases.map((each) => [each.caseId, each]))
  const homes = new Map(before.registrations.map(({ registrationId, caseId }) => [registrationId, caseId]))
  return after.registrations.flatMap(({ registrationId, identityId, caseId }): Telling[] => {
    const living = livingOf(now, caseId)
    if (!living) return []
    const was = livingOf(then, homes.get(registrationId) ?? null)
    if (was?.caseId === living.caseId && was.status === living.status) return []
    const telling = { registrationId, identityId, caseId: living.caseId }
    if (living.status === 'open' && !then.has(living.caseId) && living.shows === registrationId) {
      return [{ ...telling, kind: 'opened' }]
    }
    if (living.status === 'returned') return was?.status === 'returned' ? [] : [{ ...telling, kind: 'returned' }]
    return [{ ...telling, kind: 'attached' }]
  })
}

function livingOf(cases: ReadonlyMap<string, JoinableCase>, caseId: string | null): JoinableCase | undefined {
  const home = caseId ? cases.get(caseId) : undefined
  return home?.mergedInto ? cases.get(home.mergedInto) : home
}
