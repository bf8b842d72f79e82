/** A rule that a run checks; what each of them says stands in `report.ts`. */
export type Rule =
  | 'unexpected_answer'
  | 'mistake_accepted'
  | 'key_gave_two_registrations'
  | 'not_processed'
  | 'not_in_a_case'
  | 'in_two_cases'
  | 'person_in_two_cases'
  | 'people_in_one_case'
  | 'twice_a_member'
  | 'member_number_twice'
  | 'not_decided'
  | 'status_differs'
  | 'funnel_short'

export interface Violation {
  readonly rule: Rule
  /** Ids and what was seen; no personal data. */
  readonly what: string
}

/** A registration that the system has promised to keep. */
export interface Acknowledged {
  readonly registrationId: string
  readonly receipt: string
  readonly personId: string
}

/** What the phones of a run have seen. */
export class Journal {
  readonly acknowledged: Acknowledged[] = []
  readonly violations: Violation[] = []
  readonly latenciesMs: number[] = []
  scans = 0
  /** Answers beyond the first to one and the same submission. */
  repeatedAnswers = 0
  /** Mistakes that were refused as they should be. */
  refused = 0
  /** Time in which the phones were at work. */
  busyMs = 0

  violated(rule: Rule, what: string): void {
    this.violations.push({ rule, what })
  }
}
