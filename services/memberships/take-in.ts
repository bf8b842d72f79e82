/** Where the living case of a person stands; a rejected case is no living one. */
export interface LivingCase {
  readonly caseId: string
  readonly identityId: string
  readonly status: 'open' | 'approved' | 'returned'
}

/** A placed (or held) registration that asks for a decision. */
export interface Arrival {
  readonly identityId: string
  readonly registrationId: string
}

/**
 * What happens with an arrival: a case is opened for it, or it joins the living case of its person. Joining an open case
 * changes nothing else; a returned case opens again, since the driver has sent what was asked for; and whoever is a
 * member stays one: 一次入会, never a second case.
 */
export type Admission =
  | { readonly kind: 'open'; readonly caseId: string; readonly arrival: Arrival }
  | {
      readonly kind: 'attach'
      readonly caseId: string
      readonly arrival: Arrival
      readonly status: LivingCase['status']
    }

/** Decides for arrivals in their order; pure. `living` holds the living cases of all their people. */
export function takeIn(living: readonly LivingCase[], arrivals: readonly Arrival[], newId: () => string): Admission[] {
  const cases = new Map(living.map((found) => [found.identityId, found]))
  return arrivals.map((arrival) => {
    const found = cases.get(arrival.identityId)
    if (found) {
      cases.set(arrival.identityId, { ...found, status: found.status === 'returned' ? 'open' : found.status })
      return { kind: 'attach', caseId: found.caseId, arrival, status: found.status }
    }
    const opened: LivingCase = { caseId: newId(), identityId: arrival.identityId, status: 'open' }
    cases.set(arrival.identityId, opened)
    return { kind: 'open', caseId: opened.caseId, arrival }
  })
}
