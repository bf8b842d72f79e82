import { type Comparator, cleanText, type FieldType, type Value } from './field-type.ts'

interface AccountValue extends Value {
  readonly platform: string
}

/** An account number at a platform, `number@platform`; says nothing without either. Part: `value`. */
export const accountField: FieldType<AccountValue> = {
  normalise(raw, companion) {
    const [number = '', platform = companion] = cleanText(raw).split('@')
    const name = cleanText(platform).toLowerCase()
    return number && name ? `${number.toLowerCase()}@${name}` : ''
  },
  read: (text) => ({ text, platform: text.slice(text.indexOf('@') + 1) }),
  part: (name, value) => (name === 'value' ? [value.text] : undefined),
}

/** One platform seldom keeps two accounts for one person. */
export const account: Comparator<AccountValue> = {
  accepts: ['account'],
  outcome: ['same', 'other-platform', 'other-account'],
  compare: (a, b) => (a.text === b.text ? 0 : a.platform === b.platform ? 2 : 1),
}
