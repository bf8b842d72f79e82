import { MobileNumber, PersonName, PlateNumber, ResidentId } from '#libs/china'
import { type Field, fields, type ReviewRecord } from './record-fields.ts'

const readers: Partial<Record<Field, { parse(text: string): object }>> = {
  name: PersonName,
  residentId: ResidentId,
  mobile: MobileNumber,
  plate: PlateNumber,
}

/** Places are shown as they are: a district is nobody's secret. */
const OPEN: ReadonlySet<Field> = new Set(['residence', 'household'])

/** What a record says, masked; null where it says nothing. */
export function maskedValues(values: ReviewRecord['values']): Record<Field, string | null> {
  const masked = fields.map((field) => [field, values[field] ? maskValue(field, values[field]) : null])
  return Object.fromEntries(masked)
}

/** A value as lists show it; what a platform masked already stays so, and what no type can read shows its ends at most. */
export function maskValue(field: Field, text: string): string {
  if (OPEN.has(field) || text.includes('*')) return text
  try {
    const reader = readers[field]
    if (reader) return String(reader.parse(text))
  } catch {
    // Not valid, such as a resident id with a slip: masked below.
  }
  const characters = [...text]
  const shown = Math.floor(characters.length / 4)
  const end = shown > 0 ? characters.slice(-shown).join('') : ''
  return characters.slice(0, shown).join('') + '*'.repeat(characters.length - 2 * shown) + end
}
