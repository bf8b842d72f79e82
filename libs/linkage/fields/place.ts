import { type Comparator, cleanText, type FieldType, type Value } from './field-type.ts'
import { simplify } from './pinyin.ts'

interface PlaceValue extends Value {
  /** Six-digit GB/T 2260 code, '' when the place was given in words. */
  readonly code: string
  /** Names from the widest to the narrowest division, without their suffixes. */
  readonly names: readonly string[]
}

const DIVISION =
  /(?:特别行政区|(?:壮族|回族|维吾尔)?自治区|自治州|自治县|自治旗|地区|新区|开发区|街道|省|市|区|县|州|盟|旗|镇|乡)/u

/** An administrative division as a code (its first six digits) or in words. Parts: `value`, `city` (of a code). */
export const placeField: FieldType<PlaceValue> = {
  normalise: (raw) => simplify(cleanText(raw).replace(/[\s,，/-]/g, '')),
  read(text) {
    const code = /^\d{6}/.exec(text)?.[0] ?? ''
    return { text, code, names: code ? [] : text.split(DIVISION).filter(Boolean) }
  },
  part(name, value) {
    if (name === 'value') return [value.code || value.text]
    return name === 'city' ? (value.code ? [value.code.slice(0, 4)] : []) : undefined
  },
}

/** A code beside words can't be compared without a division table: they count as `unclear`. */
export const place: Comparator<PlaceValue> = {
  accepts: ['place'],
  outcome: ['same', 'same-city', 'same-province', 'unclear', 'different'],
  compare(a, b) {
    if (a.text === b.text) return 0
    if ((a.code === '') !== (b.code === '')) return 3
    if (a.code) {
      if (a.code === b.code) return 0
      if (a.code.slice(0, 4) === b.code.slice(0, 4)) return 1
      return a.code.slice(0, 2) === b.code.slice(0, 2) ? 2 : 4
    }
    return namesGrade(a.names, b.names)
  },
}

/** 江苏省无锡市锡山区 and 无锡锡山 name one place: the narrowest names agree. */
function namesGrade(a: readonly string[], b: readonly string[]): number {
  const joinedA = a.join('')
  const joinedB = b.join('')
  if (joinedA.endsWith(joinedB) || joinedB.endsWith(joinedA)) return 0
  const common = a.filter((name) => b.includes(name)).length
  if (common >= 2) return 1
  return common === 1 ? 2 : 4
}
