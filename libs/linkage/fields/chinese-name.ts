import { type Comparator, cleanText, type FieldType, unifyMasks, type Value } from './field-type.ts'
import { lookAlike } from './look-alikes.ts'
import { shownAgreement } from './masks.ts'
import { fuzzySyllable, readingsOf, simplify } from './pinyin.ts'

interface ChineseName extends Value {
  readonly chars: readonly string[]
  /** Number of leading characters that are the surname; 0 when the name is not hanzi. */
  readonly surnameLength: number
  readonly masked: boolean
}

const COMPOUND_SURNAMES = new Set(
  (
    '欧阳 上官 司马 诸葛 夏侯 皇甫 尉迟 公孙 慕容 令狐 司徒 东方 独孤 南宫 长孙 宇文 端木 万俟 申屠 澹台 轩辕 ' +
    '闻人 东郭 南门 呼延 钟离 公冶 赫连 太叔 淳于 单于 濮阳 宗政 鲜于 闾丘 司空 亓官 仲孙 巫马 百里 第五'
  ).split(' '),
)
/** Forms of address that rosters write in place of a given name: 王师傅 shows a surname and no more. */
const ADDRESS = /(?:师傅|先生|女士|小姐|司机)$/u
const MAX_READINGS = 16

/**
 * A Chinese name: simplified, without spaces and separators (买买提·艾力 = 买买提艾力), letters in lower case. `王*明`, `王**` and
 * `王师傅` are masked names. Parts: `value`, `pinyin` (every toneless reading), `surname`, `surname-pinyin`, `ends` (first and last
 * character, what `王*明` shows); the first two are empty for a masked name.
 */
export const chineseNameField: FieldType<ChineseName> = {
  normalise(raw) {
    const text = unifyMasks(cleanText(raw).replace(/[·•‧・.．\s]/gu, ''))
      .toLowerCase()
      .replace(ADDRESS, '*')
      .replace(/\*+/g, '*')
    return /^\*?$/.test(text) || /^\d+$/.test(text) ? '' : simplify(text)
  },
  read(text) {
    const chars = Array.from(text)
    const masked = text.includes('*')
    const hanzi = /^\p{Script=Han}/u.test(text)
    const compound = chars.length > 2 && COMPOUND_SURNAMES.has(chars[0]! + chars[1]!)
    return { text, chars, masked, surnameLength: hanzi ? (compound ? 2 : 1) : 0 }
  },
  part(name, value) {
    const surname = value.chars.slice(0, value.surnameLength)
    if (name === 'value') return value.masked ? [] : [value.text]
    if (name === 'ends')
      return value.chars.length > 2 && value.chars.at(-1) !== '*' ? [value.chars[0]! + value.chars.at(-1)] : []
    if (name === 'pinyin') return value.masked ? [] : spellings(value.chars)
    if (name === 'surname') return surname.length > 0 ? [surname.join('')] : []
    if (name === 'surname-pinyin') {
      return surname.length > 0 ? spellings(surname) : /^[a-z]/.test(value.text) ? latinSurname(value.text) : []
    }
    return undefined
  },
}

/** A name typed in letters without separators: its first syllable can only be guessed, so the whole name stands for it. */
function latinSurname(text: string): string[] {
  return text.includes('*') ? [] : [text]
}

/** Every combination of readings, up to {@link MAX_READINGS}. */
function spellings(chars: readonly string[]): string[] {
  let found = ['']
  for (const char of chars) {
    const next = found.flatMap((start) => readingsOf(char).map((reading) => start + reading))
    found = next.length > MAX_READINGS ? next.slice(0, MAX_READINGS) : next
  }
  return found
}

const NAME_GRADES = [
  'equal',
  'same-sound',
  'close',
  'shown-two',
  'one-character',
  'part',
  'shown-surname',
  'surname',
  'different',
] as const

const GRADE = Object.fromEntries(NAME_GRADES.map((grade, index) => [grade, index])) as Record<
  (typeof NAME_GRADES)[number],
  number
>

/**
 * Compares by characters and syllables. `same-sound`: every syllable has a common reading; `close`: besides that, one
 * character is a fuzzy sound or a look-alike, or the given name is reversed; `one-character`: one of three or more differs;
 * `part`: one is a leading part of the other; `shown-*`: a masked name agrees in what it shows.
 */
export const chineseName: Comparator<ChineseName> = {
  accepts: ['chinese-name'],
  outcome: NAME_GRADES,
  compare(a, b) {
    if (a.masked || b.masked) return maskedGrade(a, b)
    if (a.text === b.text) return GRADE.equal
    const latin = a.surnameLength === 0 || b.surnameLength === 0
    if (latin) return latinGrade(a, b)
    if (a.chars.length !== b.chars.length) return unequalLengthGrade(a, b)
    return positionGrade(a, b)
  },
}

function maskedGrade(a: ChineseName, b: ChineseName): number {
  const agreement = shownAgreement(a.text, b.text)
  if (agreement < 1) return agreement < 0 && sameSurname(a, b) ? GRADE.surname : GRADE.different
  return agreement > 1 ? GRADE['shown-two'] : GRADE['shown-surname']
}

function latinGrade(a: ChineseName, b: ChineseName): number {
  const spelledA = a.surnameLength > 0 ? spellings(a.chars) : [a.text]
  const spelledB = b.surnameLength > 0 ? spellings(b.chars) : [b.text]
  return spelledA.some((spelling) => spelledB.includes(spelling)) ? GRADE['same-sound'] : GRADE.different
}

function unequalLengthGrade(a: ChineseName, b: ChineseName): number {
  const [short, long] = a.chars.length < b.chars.length ? [a, b] : [b, a]
  if (short.chars.length >= 3 && long.text.startsWith(short.text)) return GRADE.part
  if (!sameSurname(a, b)) return GRADE.different
  const oneLost = long.chars.length - short.chars.length === 1 && isSubsequence(short.chars, long.chars)
  return oneLost ? GRADE['one-character'] : GRADE.surname
}

function isSubsequence(short: readonly string[], long: readonly string[]): boolean {
  let matched = 0
  for (const char of long) if (char === short[matched]) matched++
  return matched === short.length
}

function positionGrade(a: ChineseName, b: ChineseName): number {
  let near = 0
  let different = 0
  for (let i = 0; i < a.chars.length; i++) {
    const [x, y] = [a.chars[i]!, b.chars[i]!]
    if (x === y || shareReading(x, y)) continue
    if (lookAlike(x, y) || shareFuzzyReading(x, y)) near++
    else different++
  }
  if (different === 0 && near === 0) return GRADE['same-sound']
  if (different === 0 && near === 1) return GRADE.close
  if (!sameSurname(a, b)) return GRADE.different
  if (a.chars.length === 3 && a.chars[1] === b.chars[2] && a.chars[2] === b.chars[1]) return GRADE.close
  return different + near === 1 && a.chars.length > 2 ? GRADE['one-character'] : GRADE.surname
}

function sameSurname(a: ChineseName, b: ChineseName): boolean {
  if (a.surnameLength !== b.surnameLength || a.surnameLength === 0) return false
  for (let i = 0; i < a.surnameLength; i++) {
    if (a.chars[i] !== b.chars[i] && !shareReading(a.chars[i]!, b.chars[i]!)) return false
  }
  return true
}

function shareReading(x: string, y: string): boolean {
  const others = readingsOf(y)
  return readingsOf(x).some((reading) => others.includes(reading))
}

function shareFuzzyReading(x: string, y: string): boolean {
  const others = readingsOf(y).map(fuzzySyllable)
  return readingsOf(x).some((reading) => others.includes(fuzzySyllable(reading)))
}
