import { maskValue } from './masks.ts'
import type { ReviewRecord } from './record-fields.ts'
import { survivorsOf } from './survivors.ts'

/** A person in one line: masked, enough to talk about. */
export interface Summary {
  readonly identityId: string
  readonly registrations: number
  readonly leads: number
  readonly name: string | null
  readonly mobile: string | null
  readonly residentId: string | null
  readonly plate: string | null
}

/** Sums a person's records up: how many there are, and the values that stand by the rule (no choices), masked. Pure. */
export function summaryOf(identityId: string, records: readonly ReviewRecord[]): Summary {
  const survivors = new Map(survivorsOf(records).map(({ field, value }) => [field, maskValue(field, value)]))
  const registrations = records.filter(({ content }) => content.kind === 'registration').length
  return {
    identityId,
    registrations,
    leads: records.length - registrations,
    name: survivors.get('name') ?? null,
    mobile: survivors.get('mobile') ?? null,
    residentId: survivors.get('residentId') ?? null,
    plate: survivors.get('plate') ?? null,
  }
}
