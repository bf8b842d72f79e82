import { withinOneEdit } from './edit-distance.ts'
import { type Comparator, cleanText, type FieldType, unifyMasks, type Value } from './field-type.ts'
import { shownAgreement, shownOf } from './masks.ts'

interface ResidentIdValue extends Value {
  readonly masked: boolean
  readonly valid: boolean
}

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
/** Fewer shown digits than this say nothing worth comparing. */
const MIN_SHOWN = 6

/** GB 11643 check character of the first 17 digits. */
function checkCharacter(digits: string): string {
  let sum = 0
  for (let i = 0; i < 17; i++) sum += WEIGHTS[i]! * (digits.charCodeAt(i) - 48)
  return '10X98765432'[sum % 11]!
}

/**
 * A resident id, also a mistyped one (16 to 19 characters): upper case, 15-digit ids as 18. Placeholders (one digit all
 * along) say nothing. Parts: `value`, `valid` (only a checksum-valid id), `region-birth` ([0:14]), `birth`,
 * `start-serial` (6/4) and `birth-serial` (8/4) for keys that survive one wrong digit, `shown` (first 4 and last 4).
 */
export const residentIdField: FieldType<ResidentIdValue> = {
  normalise(raw) {
    const text = unifyMasks(cleanText(raw).toUpperCase().replace(/[\s-]/g, ''))
    if (/^\d{15}$/.test(text) && !/^(\d)\1+$/.test(text)) {
      const digits = text.slice(0, 6) + '19' + text.slice(6)
      return digits + checkCharacter(digits)
    }
    if (/^\d*\*+[\dX]*$/.test(text)) {
      const shown = shownOf(text)!
      return shown.start.length + shown.end.length >= MIN_SHOWN ? shown.start + '*' + shown.end : ''
    }
    return /^\d{15,18}[\dX]$/.test(text) && !/^(\d)\1+.$/.test(text) ? text : ''
  },
  read(text) {
    const masked = text.includes('*')
    const valid = !masked && text.length === 18 && checkCharacter(text) === text[17]
    return { text, masked, valid }
  },
  part(name, value) {
    const { text } = value
    if (name === 'shown') return shownKey(text)
    if (name === 'value') return value.masked ? [] : [text]
    if (name === 'valid') return value.valid ? [text] : []
    const cut = CUTS[name]
    if (!cut) return undefined
    return value.masked || text.length !== 18 ? [] : [cut(text)]
  },
}

const CUTS: Record<string, (text: string) => string> = {
  'region-birth': (text) => text.slice(0, 14),
  birth: (text) => text.slice(6, 14),
  'start-serial': (text) => text.slice(0, 6) + text.slice(14),
  'birth-serial': (text) => text.slice(6),
}

function shownKey(text: string): string[] {
  const shown = shownOf(text)
  const [start, end] = shown ? [shown.start, shown.end] : [text, text]
  return start.length >= 4 && end.length >= 4 ? [start.slice(0, 4) + end.slice(-4)] : []
}

/**
 * `conflict`: both checksum-valid and different, so never one typo (no valid id has a valid neighbour one substitution or
 * adjacent swap away); `one-edit` therefore needs an invalid side. `shown`: a masked id agrees in all that both show.
 */
export const residentId: Comparator<ResidentIdValue> = {
  accepts: ['resident-id'],
  outcome: [
    'equal',
    'one-edit',
    'shown',
    'same-region-birth',
    'same-birth',
    'different',
    'shown-different',
    'conflict',
  ],
  compare(a, b) {
    if (a.masked || b.masked) {
      const agreement = shownAgreement(a.text, b.text)
      return agreement < 0 ? 6 : agreement >= MIN_SHOWN ? 2 : 5
    }
    if (a.text === b.text) return 0
    if (a.valid && b.valid) return 7
    if (withinOneEdit(a.text, b.text)) return 1
    if (a.text.length !== 18 || b.text.length !== 18) return 5
    if (a.text.slice(0, 14) === b.text.slice(0, 14)) return 3
    return a.text.slice(6, 14) === b.text.slice(6, 14) ? 4 : 5
  },
}
