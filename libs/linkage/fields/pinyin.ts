import { Converter } from 'opencc-js/t2cn'
import { pinyin } from 'pinyin-pro'

const toSimplified = Converter({ from: 't', to: 'cn' })
const simplified = new Map<string, string>()
const readings = new Map<string, readonly string[]>()

/** The simplified form, character by character: names are not phrases. */
export function simplify(name: string): string {
  let result = ''
  for (const char of name) result += simplified.get(char) ?? simplifyNew(char)
  return result
}

function simplifyNew(char: string): string {
  const form = toSimplified(char)
  simplified.set(char, form)
  return form
}

/** All toneless readings of a character, sorted; ü is written v. A character without a reading reads as itself. */
export function readingsOf(char: string): readonly string[] {
  let known = readings.get(char)
  if (!known) {
    const found = pinyin(char, { multiple: true, toneType: 'none', type: 'array', v: true })
    known = [...new Set(found.map((reading) => reading.toLowerCase().replaceAll('ü', 'v')))].sort()
    readings.set(char, known)
  }
  return known
}

/** Syllables that dialects and ears confuse share one class: zh/z, ch/c, sh/s, n/l, h/f, ang/an, eng/en, ing/in. */
export function fuzzySyllable(syllable: string): string {
  return syllable
    .replace(/^([zcs])h/, '$1')
    .replace(/^n(?=[aeiouv])/, 'l')
    .replace(/^f/, 'h')
    .replace(/(a|e|i)ng$/, '$1n')
}
