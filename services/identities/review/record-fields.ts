import { operatorOf } from '#libs/china'
import type { Person, RecordContent } from '../records/record-content.ts'
import { platformOf } from '../records/record-content.ts'

/** What is compared side by side, and what one value of a person survives for. */
export const fields = ['name', 'residentId', 'mobile', 'plate', 'residence', 'household', 'account'] as const
/** One of {@link fields}. */
export type Field = (typeof fields)[number]

/** The comparison, and the field, of the linkage model that a field is looked at by. */
export const modelNames: Readonly<Record<Field, string>> = {
  name: 'name',
  residentId: 'resident_id',
  mobile: 'mobile',
  plate: 'plate',
  residence: 'residence',
  household: 'household',
  account: 'account',
}

/** Who said it, the most trusted first: the driver, staff for the driver, a platform for the driver, a platform's list. */
export const sourceKinds = ['driver', 'steward', 'platform', 'lead'] as const

/** Where a record comes from. Records of one `group` are one source: platforms of one operator copy from each other. */
export interface Source {
  readonly kind: (typeof sourceKinds)[number]
  readonly platform: string | null
  readonly group: string
  /** When it was said: an instant in ISO 8601. */
  readonly at: string
}

/** A record opened for review. */
export interface ReviewRecord {
  readonly id: string
  readonly identityId: string
  readonly content: RecordContent
  readonly federationPath: readonly string[] | null
  /** Blind key of a valid resident id. */
  readonly exclusive: string | null
  readonly source: Source
  readonly values: Readonly<Record<Field, string | null>>
}

/** Who said what a record says. Records by the driver, by any way, are one group; so are those by staff. */
export function sourceOf(content: RecordContent): Source {
  const platform = platformOf(content)
  const operator = `operator:${(platform && operatorOf(platform)) ?? 'other'}`
  if (content.kind === 'lead') return { kind: 'lead', platform, group: operator, at: content.lead.listedAt }
  const { channel, submittedAt: at } = content.application
  if (channel === 'platform') return { kind: 'platform', platform, group: operator, at }
  const kind = channel === 'steward' ? 'steward' : 'driver'
  return { kind, platform, group: kind, at }
}

/** The fields of an opened record, in the clear. */
export function valuesOf(content: RecordContent, person: Person): ReviewRecord['values'] {
  const { household, residence } = content.kind === 'registration' ? content.application.places : content.lead
  const { name, residentId, mobile, plate, account } = person
  return { name, residentId, mobile, plate, residence, household, account: account ?? null }
}

/** How many sources speak, operators' platforms taken together. */
export function independentSources(records: readonly Pick<ReviewRecord, 'source'>[]): number {
  return new Set(records.map(({ source }) => source.group)).size
}
