/** What two registrations are compared by: blind keys, as hex. */
export interface MatchKeys {
  /** Null when the driver gave no resident id (a lead from a platform's list). */
  readonly residentId: string | null
  readonly nameMobile: string
}

/** A registration whose person is known. */
export interface KnownRecord extends MatchKeys {
  readonly identityId: string
}

/** A registration whose person is asked for. */
export interface NewRecord extends MatchKeys {
  readonly registrationId: string
}

export const reasons = ['no_match', 'same_resident_id', 'same_name_and_mobile'] as const
export type Reason = (typeof reasons)[number]

export interface Resolution {
  readonly registrationId: string
  readonly identityId: string
  readonly outcome: 'new' | 'existing'
  readonly reason: Reason
  /** Other identities that may be the same person, though the resident ids differ: for a person to look at. */
  readonly suspects: readonly string[]
}

/**
 * Decides for each new record, in their order, whose it is:
 * 1. the person with the same resident id;
 * 2. else a person with the same name and mobile, unless both sides have resident ids: two valid ids that differ are
 *    never one typo, so they are two people, or a case for review;
 * 3. else a new person.
 *
 * Pure: `known` must hold every record that shares a key with a new one, and `newId` makes ids of new people.
 */
export function resolve(
  known: readonly KnownRecord[],
  records: readonly NewRecord[],
  newId: () => string,
): Resolution[] {
  const byResidentId = new Map<string, string>()
  const byNameMobile = new Map<string, KnownRecord[]>()
  const learn = (record: KnownRecord) => {
    if (record.residentId) byResidentId.set(record.residentId, record.identityId)
    byNameMobile.set(record.nameMobile, [...(byNameMobile.get(record.nameMobile) ?? []), record])
  }
  for (const record of known) learn(record)
  return records.map((record) => {
    const namesakes = byNameMobile.get(record.nameMobile) ?? []
    const sameId = record.residentId ? byResidentId.get(record.residentId) : undefined
    const sameNameMobile = sameId ? undefined : compatible(record, namesakes)
    const identityId = sameId ?? sameNameMobile ?? newId()
    learn({ ...record, identityId })
    return {
      registrationId: record.registrationId,
      identityId,
      outcome: sameId || sameNameMobile ? 'existing' : 'new',
      reason: sameId ? 'same_resident_id' : sameNameMobile ? 'same_name_and_mobile' : 'no_match',
      suspects: sameId
        ? []
        : [...new Set(namesakes.map((other) => other.identityId))].filter((id) => id !== identityId),
    }
  })
}

/** The one identity that the namesakes leave open; undefined when there is none, or more than one to choose from. */
function compatible(record: NewRecord, namesakes: readonly KnownRecord[]): string | undefined {
  const contradicted = new Set(
    namesakes
      .filter((other) => record.residentId && other.residentId && other.residentId !== record.residentId)
      .map((other) => other.identityId),
  )
  const open = new Set(namesakes.map((other) => other.identityId).filter((id) => !contradicted.has(id)))
  return open.size === 1 ? [...open][0] : undefined
}
