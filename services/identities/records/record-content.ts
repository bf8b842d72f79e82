import { type Application, type Lead, sealContext } from '#libs/contracts'

/** What one source said about a driver, as its event carried it: sealed where it is personal. */
export type RecordContent =
  | { readonly kind: 'registration'; readonly id: string; readonly version: number; readonly application: Application }
  | { readonly kind: 'lead'; readonly id: string; readonly version: number; readonly lead: Lead }

/** A record as the columns that the linkage model reads; see `driversModel`. */
export type PersonRow = Readonly<Record<string, string | undefined>>

/** Where the content says nothing that is sealed. */
export interface Sealed {
  readonly text: string
  /** What the text was sealed for. */
  readonly context: string
}

export function sealedOf(content: RecordContent): Sealed {
  const { kind, id } = content
  return {
    text: kind === 'registration' ? content.application.sealed : content.lead.sealed,
    context: sealContext(kind, id),
  }
}

export function platformOf(content: RecordContent): string | null {
  return content.kind === 'registration' ? content.application.platform : content.lead.platform
}

/** What a sealed text opens to; a lead may lack anything, and shows masked values as the platform gave them. */
export interface Person {
  readonly name: string | null
  readonly residentId: string | null
  readonly mobile: string | null
  readonly plate: string | null
  readonly plateColour?: string | null
  readonly account?: string | null
}

/** The columns of the linkage model. */
export function rowOf(content: RecordContent, person: Person): PersonRow {
  const { household, residence } = content.kind === 'registration' ? content.application.places : content.lead
  const at = content.kind === 'registration' ? content.application.submittedAt : content.lead.listedAt
  return {
    record_id: content.id,
    platform: platformOf(content) ?? undefined,
    platform_driver_id: person.account ?? undefined,
    name: person.name ?? undefined,
    resident_id: person.residentId ?? undefined,
    mobile: person.mobile ?? undefined,
    plate: person.plate ?? undefined,
    plate_colour: person.plateColour ?? undefined,
    residence: residence ?? undefined,
    household: household ?? undefined,
    registered_on: at.slice(0, 10),
  }
}
