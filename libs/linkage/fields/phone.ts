import { dateField, dayOf } from './date.ts'
import { withinOneEdit } from './edit-distance.ts'
import { type Comparator, cleanText, type FieldType, unifyMasks, type Value } from './field-type.ts'
import { shownAgreement, shownOf } from './masks.ts'

interface PhoneValue extends Value {
  readonly number: string
  readonly masked: boolean
  /** Days since 1970 in which the number is known to have been this person's; NaN when unknown. */
  readonly from: number
  readonly to: number
}

/** After this many days without evidence a shared number may belong to someone else (numbers are reused after 90 days). */
const RECYCLED_AFTER = 3 * 365
const MIN_SHOWN = 5

/**
 * A mobile number, optionally with when it was in use: `13812345678@20240501` or `13812345678@20200101/20240501`; the date also
 * comes from the companion column. Parts: `value`, `shown` (first 3 and last 4), and for keys that survive one wrong digit
 * `first-seven`, `last-eight`.
 */
export const phoneField: FieldType<PhoneValue> = {
  normalise(raw, companion) {
    const [number = '', interval = companion] = cleanText(raw).split('@')
    const text = unifyMasks(number.replace(/[\s()-]/g, '')).replace(/^(?:\+?0{0,2}86)(?=1)/, '')
    const canonical = canonicalNumber(text)
    if (canonical === '') return ''
    const days = interval.split('/').map((date) => dateField.normalise(date, ''))
    const [from, to = from] = days
    return from && to ? `${canonical}@${from === to ? from : from + '/' + to}` : canonical
  },
  read(text) {
    const [number = '', interval = ''] = text.split('@')
    const [from = '', to = from] = interval.split('/')
    return {
      text,
      number,
      masked: number.includes('*'),
      from: from ? dayOf(from) : Number.NaN,
      to: to ? dayOf(to) : Number.NaN,
    }
  },
  part(name, { number, masked }) {
    if (name === 'shown') return shownKey(number)
    if (name === 'value') return masked ? [] : [number]
    if (name === 'first-seven') return masked || number.length !== 11 ? [] : [number.slice(0, 7)]
    if (name === 'last-eight') return masked || number.length !== 11 ? [] : [number.slice(-8)]
    return undefined
  },
}

function canonicalNumber(text: string): string {
  if (/^\d*\*+\d*$/.test(text)) {
    const shown = shownOf(text)!
    return shown.start.length + shown.end.length >= MIN_SHOWN ? shown.start + '*' + shown.end : ''
  }
  return /^\d{10,12}$/.test(text) && !/^(\d)\1+$/.test(text.slice(1)) ? text : ''
}

function shownKey(number: string): string[] {
  const shown = shownOf(number)
  const [start, end] = shown ? [shown.start, shown.end] : [number, number]
  return start.length >= 3 && end.length >= 4 ? [start.slice(0, 3) + end.slice(-4)] : []
}

/** `long-apart`: the same number, but seen so far apart in time that it may have been reassigned. */
export const phone: Comparator<PhoneValue> = {
  accepts: ['phone'],
  outcome: ['equal', 'long-apart', 'one-edit', 'shown', 'different'],
  compare(a, b) {
    if (a.masked || b.masked) return shownAgreement(a.number, b.number) >= MIN_SHOWN ? 3 : 4
    if (a.number === b.number) {
      const apart = Math.max(a.from - b.to, b.from - a.to)
      return apart > RECYCLED_AFTER ? 1 : 0
    }
    return withinOneEdit(a.number, b.number) ? 2 : 4
  },
}
