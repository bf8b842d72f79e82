import { type Comparator, cleanText, type FieldType, type Value } from './field-type.ts'

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
