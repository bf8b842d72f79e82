import { jaroWinkler } from './edit-distance.ts'
import { type Comparator, cleanText, type FieldType, type Value } from './field-type.ts'

interface FullNameValue extends Value {
  readonly given: string
  readonly surname: string
}

/**
 * Given name and surname of alphabetic names, joined by `|` (`columns: [given, surname]`); either may be empty.
 * Parts: `value`, `given`, `surname`, `either` (both, for swapped fields).
 */
export const fullNameField: FieldType<FullNameValue> = {
  normalise(raw) {
    const [given = '', surname = ''] = raw.split('|').map((part) => cleanText(part).toLowerCase())
    return given === '' && surname === '' ? '' : given + '|' + surname
  },
  read(text) {
    const [given = '', surname = ''] = text.split('|')
    return { text, given, surname }
  },
  part(name, value) {
    if (name === 'value') return value.given && value.surname ? [value.text] : []
    if (name === 'given') return value.given ? [value.given] : []
    if (name === 'surname') return value.surname ? [value.surname] : []
    return name === 'either' ? [value.given, value.surname].filter(Boolean) : undefined
  },
}

const CLOSE_NAME = 0.88

/** Given name and surname together, either order. */
export const fullName: Comparator<FullNameValue> = {
  accepts: ['full-name'],
  outcome: ['equal', 'swapped', 'close', 'swapped-close', 'surname', 'given', 'partial-close', 'different'],
  compare(a, b) {
    if (a.text === b.text) return a.given && a.surname ? 0 : a.surname ? 4 : 5
    const swapped = { given: b.surname, surname: b.given }
    if (sameName(a, swapped) && a.given !== '' && a.surname !== '') return 1
    if (closeName(a, b)) return 2
    if (closeName(a, swapped)) return 3
    if (sharesSurname(a, b) || sharesSurname(b, a)) return 4
    if (a.given !== '' && a.given === b.given) return 5
    const near = Math.max(
      nameSimilarity(a.given, b.given),
      nameSimilarity(a.surname, b.surname),
      nameSimilarity(a.given, b.surname),
      nameSimilarity(a.surname, b.given),
    )
    return near >= CLOSE_NAME ? 6 : 7
  },
}

type Names = Pick<FullNameValue, 'given' | 'surname'>

function sameName(a: Names, b: Names): boolean {
  return a.given === b.given && a.surname === b.surname
}

/** The surname of one is a name of the other. */
function sharesSurname(a: Names, b: Names): boolean {
  return a.surname !== '' && (a.surname === b.surname || a.surname === b.given)
}

function closeName(a: Names, b: Names): boolean {
  return nameSimilarity(a.given, b.given) >= CLOSE_NAME && nameSimilarity(a.surname, b.surname) >= CLOSE_NAME
}

/** 0 when either is not given. */
function nameSimilarity(a: string, b: string): number {
  return a === '' || b === '' ? 0 : jaroWinkler(a, b)
}
