import { type Comparator, cleanText, type FieldType, unifyMasks, type Value } from './field-type.ts'
import { shownAgreement } from './masks.ts'

interface PlateValue extends Value {
  readonly number: string
  readonly colour: string
}

/** Codes of JT/T 697.7 and the words rosters use for them. */
const COLOURS: Record<string, string> = {
  1: 'blue',
  2: 'yellow',
  3: 'black',
  4: 'white',
  9: 'other',
  93: 'yellow-green',
  94: 'green',
  蓝: 'blue',
  黄: 'yellow',
  黑: 'black',
  白: 'white',
  黄绿: 'yellow-green',
  绿: 'green',
  渐变绿: 'green',
}

/** Serial characters that cameras and eyes take for one another. I and O never occur and are read as 1 and 0. */
const CONFUSED = ['0DQ', '8B', '2Z', '5S', '1LT7', '6G', 'UV', 'EF', 'MN', 'CG', 'PR', 'KX', 'HN', 'VY', 'A4']

/**
 * A plate: upper case, no separators, optionally with its colour (`苏B12345@yellow`; the companion column gives it too).
 * Parts: `value` (the number), `number-colour`.
 */
export const plateField: FieldType<PlateValue> = {
  normalise(raw, companion) {
    const [number = '', colour = companion] = cleanText(raw).split('@')
    const text = unifyMasks(number.toUpperCase().replace(/[·•‧・.\s-]/g, ''))
    if (!/^\p{Script=Han}[A-Z](?:[A-Z0-9]{5,6}|[A-Z0-9]{4}挂|[A-Z0-9]*\*+[A-Z0-9挂]*)$/u.test(text)) return ''
    const canonical = text.slice(0, 2) + text.slice(2).replaceAll('I', '1').replaceAll('O', '0').replace(/\*+/g, '*')
    const known = colourOf(colour)
    return known ? `${canonical}@${known}` : canonical
  },
  read(text) {
    const [number = '', colour = ''] = text.split('@')
    return { text, number, colour }
  },
  part(name, { number, colour }) {
    if (number.includes('*')) return name === 'value' || name === 'number-colour' ? [] : undefined
    if (name === 'value') return [number]
    return name === 'number-colour' ? [number + colour] : undefined
  },
}

function colourOf(text: string): string {
  const word = cleanText(text).replace(/色$/, '')
  if (word === '') return ''
  return COLOURS[word] ?? (Object.values(COLOURS).includes(word) ? word : '')
}

/** The key is number and colour: a blue and a yellow plate can carry one number. `confused`: one look-alike character. */
export const plate: Comparator<PlateValue> = {
  accepts: ['plate'],
  outcome: ['equal', 'confused', 'shown', 'other-colour', 'different'],
  compare(a, b) {
    const otherColour = a.colour !== '' && b.colour !== '' && a.colour !== b.colour
    if (a.number === b.number && !a.number.includes('*')) return otherColour ? 3 : 0
    if (otherColour) return 4
    if (a.number.includes('*') || b.number.includes('*')) return shownAgreement(a.number, b.number) >= 4 ? 2 : 4
    return confusedOnce(a.number, b.number) ? 1 : 4
  },
}

function confusedOnce(a: string, b: string): boolean {
  if (a.length !== b.length) return false
  let confused = 0
  for (let i = 0; i < a.length; i++) {
    if (a[i] === b[i]) continue
    if (!CONFUSED.some((group) => group.includes(a[i]!) && group.includes(b[i]!))) return false
    confused++
  }
  return confused === 1
}
