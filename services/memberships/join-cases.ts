/** What was decided about a case for itself, whether or not it was joined with another since. */
export type CaseStatus = 'open' | 'approved' | 'returned' | 'rejected'

/** A case, as far as joining has to know. It belongs to the person who holds the registration that it shows. */
export interface JoinableCase {
  readonly caseId: string
  readonly status: CaseStatus
  /** The case that is decided in its place, since both are about one person; never one that is merged itself. */
  readonly mergedInto: string | null
  /** The registration whose data it shows; for a member: the one by which the member was approved. */
  readonly shows: string
  /** When the membership of an approved case began. */
  readonly joinedAt: Date | null
}

/** A registration, with what is known of it by the highest revisions. */
export interface JoinableRegistration {
  readonly registrationId: string
  /** Whose it is. */
  readonly identityId: string
  /** The case that it came to; stays when that case is merged into another, so that a split finds back. */
  readonly caseId: string | null
  /** Federations have placed it: only then can it come to a case. */
  readonly placed: boolean
  readonly submittedAt: Date
  /** The driver mended it just now. */
  readonly renewed: boolean
  readonly erased: boolean
}

/** All cases and registrations of some people. */
export interface Picture {
  readonly cases: readonly JoinableCase[]
  readonly registrations: readonly JoinableRegistration[]
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }

/**
 * Brings the cases of people into order after registrations came, were mended, or changed their person; pure. `before`
 * has to hold all cases and registrations of these people. What comes out depends on what is known, not on the order in
 * which it became known:
 *
 * - A case follows the registration that it shows; a registration that is another person's leaves.
 * - One living case per person: a membership stays before anything else, the earliest first (一次入会); then an open case
 *   before a returned one, the older first. The others are merged into it; what was decided about them stays noted.
 * - A merged case whose person is another one's again stands where it stood before.
 * - A registration without a case comes to the living case of its person, or a case is opened for it. A returned case
 *   opens again for it, as it does for one that was mended.
 * - An open case shows the registration that was submitted first, one whose data was erased only for want of others.
 */
export function joinCases(before: Picture, newId: () => string): Picture {
  const cases = new Map(before.cases.map((each) => [each.caseId, { ...each } as Mutable<JoinableCase>]))
  const registrations = before.registrations.map((each) => ({ ...each }) as Mutable<JoinableRegistration>)
  const byId = new Map(registrations.map((each) => [each.registrationId, each]))
  const shownOf = ({ shows }: JoinableCase) => byId.get(shows)!
  const personOf = (each: JoinableCase) => shownOf(each).identityId

  for (const each of registrations) {
    if (each.caseId && personOf(cases.get(each.caseId)!) !== each.identityId) each.caseId = null
  }
  for (const each of cases.values()) {
    if (each.mergedInto && personOf(cases.get(each.mergedInto)!) !== personOf(each)) each.mergedInto = null
  }
  for (const { renewed, caseId, registrationId } of registrations) {
    const home = renewed && caseId ? cases.get(caseId)! : undefined
    if (home) reopenFor(registrationId, home, cases)
  }

  const living = new Map<string, Mutable<JoinableCase>>()
  const byRank = [...cases.values()].sort((a, b) => rank(a) - rank(b) || age(a, b, shownOf))
  for (const each of byRank) {
    if (each.mergedInto || each.status === 'rejected') continue
    const stays = living.get(personOf(each))
    if (stays) each.mergedInto = stays.caseId
    else living.set(personOf(each), each)
  }
  for (const each of cases.values()) {
    const into = each.mergedInto ? cases.get(each.mergedInto)! : undefined
    if (into?.mergedInto) each.mergedInto = into.mergedInto
  }

  for (const each of registrations) {
    if (each.caseId || !each.placed) continue
    const { identityId, registrationId } = each
    const found = living.get(identityId)
    const home = found ?? {
      caseId: newId(),
      status: 'open' as const,
      mergedInto: null,
      shows: registrationId,
      joinedAt: null,
    }
    each.caseId = home.caseId
    if (!found) {
      cases.set(home.caseId, home)
      living.set(identityId, home)
    } else if (home.status === 'returned') {
      home.status = 'open'
      home.shows = registrationId
    } else if (home.status === 'open' && isBefore(each, shownOf(home))) {
      home.shows = registrationId
    }
  }
  for (const each of registrations) {
    const home = each.caseId ? cases.get(each.caseId)! : undefined
    if (home?.status === 'open' && shownOf(home).erased && isBefore(each, shownOf(home))) {
      home.shows = each.registrationId
    }
  }
  return { cases: [...cases.values()], registrations }
}

/** A case that was returned, or is merged into one that was, opens again and stands for itself. */
function reopenFor(
  registrationId: string,
  home: Mutable<JoinableCase>,
  cases: ReadonlyMap<string, JoinableCase>,
): void {
  const living = home.mergedInto ? cases.get(home.mergedInto)! : home
  if (living.status !== 'returned') return
  home.mergedInto = null
  if (home.status === 'returned') {
    home.status = 'open'
    home.shows = registrationId
  }
}

function rank({ status }: JoinableCase): number {
  return ['approved', 'open', 'returned', 'rejected'].indexOf(status)
}

/** Negative when `a` is older: by the beginning of the membership, or else by the registration that it shows. */
function age(a: JoinableCase, b: JoinableCase, shownOf: (each: JoinableCase) => JoinableRegistration): number {
  const joined = (a.joinedAt?.getTime() ?? 0) - (b.joinedAt?.getTime() ?? 0)
  return joined || (isBefore(shownOf(a), shownOf(b)) ? -1 : 1)
}

function isBefore(a: JoinableRegistration, b: JoinableRegistration): boolean {
  if (a.erased !== b.erased) return b.erased
  const apart = a.submittedAt.getTime() - b.submittedAt.getTime()
  return apart === 0 ? a.registrationId < b.registrationId : apart < 0
}
