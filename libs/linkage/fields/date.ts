import { damerauLevenshtein, withinOneEdit } from './edit-distance.ts'
import { type Comparator, cleanText, type FieldType, type Value } from './field-type.ts'

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
