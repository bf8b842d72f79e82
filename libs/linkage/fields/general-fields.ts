import { damerauLevenshtein, jaroWinkler, withinOneEdit } from './edit-distance.ts'
import { type Comparator, cleanText, type FieldType, type Value } from './field-type.ts'

/** Any text; case does not matter. Parts: `value`, `start-N`, `end-N` (N characters; shorter values have none). */
export const textField: FieldType = {
  normalise: (raw) => cleanText(raw).toLowerCase(),
  read: (text) => ({ text }),
  part: (name, value) => textPart(name, value.text),
}

function textPart(name: string, text: string): readonly string[] | undefined {
  if (name === 'value') return [text]
  const cut = /^(start|end)-(\d)$/.exec(name)
  if (!cut) return undefined
  const length = Number(cut[2])
  if (text.length < length) return []
  return [cut[1] === 'start' ? text.slice(0, length) : text.slice(-length)]
}

/** Texts agree or not. */
export const exact: Comparator = {
  accepts: [],
  outcome: ['equal', 'different'],
  compare: (a, b) => (a.text === b.text ? 0 : 1),
}

/** Number of edits; see {@link damerauLevenshtein}. */
export const editDistance: Comparator = {
  accepts: [],
  outcome: 'distance',
  compare: (a, b) => damerauLevenshtein(a.text, b.text),
}

/** See {@link jaroWinkler}. */
export const similarity: Comparator = {
  accepts: [],
  outcome: 'similarity',
  compare: (a, b) => jaroWinkler(a.text, b.text),
}

/** Share of common words, or items between commas or semicolons, of two texts (Jaccard). */
export const words: Comparator = {
  accepts: ['text'],
  outcome: 'similarity',
  compare(a, b) {
    const wordsA = new Set(a.text.split(/[\s,;]+/))
    const wordsB = new Set(b.text.split(/[\s,;]+/))
    let common = 0
    for (const word of wordsA) if (wordsB.has(word)) common++
    return common / (wordsA.size + wordsB.size - common)
  },
}

interface NumberValue extends Value {
  readonly number: number
}

/** A finite decimal number. Part: `value`. */
export const numberField: FieldType<NumberValue> = {
  normalise(raw) {
    const text = cleanText(raw).replaceAll(',', '')
    return text !== '' && Number.isFinite(Number(text)) ? String(Number(text)) : ''
  },
  read: (text) => ({ text, number: Number(text) }),
  part: (name, value) => (name === 'value' ? [value.text] : undefined),
}

/** Absolute difference of two numbers. */
export const numberDistance: Comparator<NumberValue> = {
  accepts: ['number'],
  outcome: 'distance',
  compare: (a, b) => Math.abs(a.number - b.number),
}

interface DateValue extends Value {
  /** Days since 1970-01-01; NaN for a day that is not in the calendar (a typo is still comparable as text). */
  readonly day: number
}

/** A date as 8 digits, YYYYMMDD, from YYYY-MM-DD, YYYY/M/D, YYYY年M月D日 or 8 digits. Parts: `value`, `year`, `month-day`. */
export const dateField: FieldType<DateValue> = {
  normalise(raw) {
    const text = cleanText(raw)
    if (/^\d{8}$/.test(text)) return text
    const match = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T ].*)?$/.exec(text)
    return match ? match[1] + match[2]!.padStart(2, '0') + match[3]!.padStart(2, '0') : ''
  },
  read: (text) => ({ text, day: dayOf(text) }),
  part(name, value) {
    if (name === 'value') return [value.text]
    if (name === 'year') return [value.text.slice(0, 4)]
    return name === 'month-day' ? [value.text.slice(4)] : undefined
  },
}

/** Day number (0 is 1970-01-01) of YYYYMMDD, NaN when the calendar has no such day. Days from civil, Hinnant 2013. */
export function dayOf(text: string): number {
  const date = Number(text)
  const [year, month, day] = [Math.floor(date / 10_000), Math.floor(date / 100) % 100, date % 100]
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month))) return Number.NaN
  const y = month <= 2 ? year - 1 : year
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  return 365 * y + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + dayOfYear - 719_468
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/** Dates as people mistype them: day and month swapped, one edit, same year, same day of another year. */
export const dateTypos: Comparator<DateValue> = {
  accepts: ['date'],
  outcome: ['equal', 'swapped', 'one-edit', 'two-edits', 'same-year', 'same-day', 'different'],
  compare(a, b) {
    if (a.text === b.text) return 0
    const [x, y] = [a.text, b.text]
    if (x.slice(0, 4) === y.slice(0, 4) && x.slice(4, 6) === y.slice(6) && x.slice(6) === y.slice(4, 6)) return 1
    if (withinOneEdit(x, y)) return 2
    if (damerauLevenshtein(x, y) === 2) return 3
    if (x.slice(0, 4) === y.slice(0, 4)) return 4
    return x.slice(4) === y.slice(4) ? 5 : 6
  },
}

/** Days between two dates; infinite when one is not in the calendar. */
export const dateDistance: Comparator<DateValue> = {
  accepts: ['date'],
  outcome: 'distance',
  compare(a, b) {
    const days = Math.abs(a.day - b.day)
    return Number.isNaN(days) ? Number.POSITIVE_INFINITY : days
  },
}

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
      part(a.given, b.given),
      part(a.surname, b.surname),
      part(a.given, b.surname),
      part(a.surname, b.given),
    )
    return near >= CLOSE_NAME ? 6 : 7
  },
}

type NameParts = Pick<FullNameValue, 'given' | 'surname'>

function sameName(a: NameParts, b: NameParts): boolean {
  return a.given === b.given && a.surname === b.surname
}

/** The surname of one is a name of the other. */
function sharesSurname(a: NameParts, b: NameParts): boolean {
  return a.surname !== '' && (a.surname === b.surname || a.surname === b.given)
}

function closeName(a: NameParts, b: NameParts): boolean {
  return part(a.given, b.given) >= CLOSE_NAME && part(a.surname, b.surname) >= CLOSE_NAME
}

function part(a: string, b: string): number {
  return a === '' || b === '' ? 0 : jaroWinkler(a, b)
}
