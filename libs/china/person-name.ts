import { canonicalText, type Fault, InvalidValue } from './invalid-value.ts'

const LONGEST = 50

const faults = {
  missing: { code: 'name.missing', zh: '请填写姓名', en: 'Enter the name' },
  characters: {
    code: 'name.characters',
    zh: '姓名只能用汉字，少数民族姓名中间用“·”隔开',
    en: 'A name has Chinese characters, with · between the parts',
  },
  length: { code: 'name.length', zh: '姓名应为 2 到 50 个字，请核对', en: 'A name has 2 to 50 characters: check it' },
} satisfies Record<string, Fault>

/** Dots that people and keyboards use for the separator in names such as 阿卜杜拉·买买提; NFKC does not join them. */
const DOTS = /[•‧・･.．∙⋅●]/gu

/**
 * A Chinese name, in all characters of GB 18030, with `·` (U+00B7) between the parts of minority names. Lengths count
 * characters: 𠮷 is one, though UTF-16 needs two units.
 */
export class PersonName {
  private constructor(
    /** NFC, without white space. */
    readonly value: string,
  ) {}

  /** @throws {InvalidValue} `name.*` */
  static parse(text: string): PersonName {
    const value = text
      .normalize('NFC')
      .replace(/[\s\u200B-\u200D\uFEFF]/gu, '')
      .replace(DOTS, '·')
    if (value === '') throw new InvalidValue(faults.missing)
    if (!/^[\p{Script=Han}〇]+(·[\p{Script=Han}〇]+)*$/u.test(value)) throw new InvalidValue(faults.characters)
    const length = [...value].length
    if (length < 2 || length > LONGEST) throw new InvalidValue(faults.length)
    return new PersonName(value)
  }

  equals(other: PersonName): boolean {
    return this.value === other.value
  }

  /** Masked: 王*明, 李*, 阿****提. */
  toString(): string {
    const characters = [...this.value]
    const last = characters.length > 2 ? characters.at(-1) : ''
    return `${characters[0]}${'*'.repeat(characters.length - 1 - (last ? 1 : 0))}${last}`
  }

  toJSON(): string {
    return this.toString()
  }
}

export const personNameSchema = () => canonicalText((text) => PersonName.parse(text), faults.missing)
