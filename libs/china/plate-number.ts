import { canonicalText, type Fault, halfWidth, InvalidValue } from './invalid-value.ts'

const faults = {
  missing: { code: 'plate.missing', zh: '请填写车牌号', en: 'Enter the plate' },
  format: {
    code: 'plate.format',
    zh: '车牌号格式有误，例如 苏B12345；字母 I 和 O 不会出现在车牌里',
    en: 'A plate reads like 苏B12345; the letters I and O do not occur in it',
  },
  trailer: {
    code: 'plate.trailer',
    zh: '这是挂车车牌，请填写牵引车车牌',
    en: 'This is the plate of a trailer: give that of the tractor',
  },
} satisfies Record<string, Fault>

const PROVINCE = '[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]'

/** GA 36: the forms of a plate, in the order in which they are tried. */
const FORMS = {
  'new-energy-small': new RegExp(`^${PROVINCE}[A-HJ-NP-Z][A-HJK][A-HJ-NP-Z0-9]\\d{4}$`),
  'new-energy-large': new RegExp(`^${PROVINCE}[A-HJ-NP-Z]\\d{5}[A-HJK]$`),
  normal: new RegExp(`^${PROVINCE}[A-HJ-NP-Z][A-HJ-NP-Z0-9]{5}$`),
} as const

const TRAILER = new RegExp(`^${PROVINCE}[A-HJ-NP-Z][A-HJ-NP-Z0-9]{4}挂$`)

export type PlateForm = keyof typeof FORMS

/** Colours of plates by their codes of JT/T 697.7 (check 93 and 94). */
export const plateColours = {
  1: { zh: '蓝', en: 'blue' },
  2: { zh: '黄', en: 'yellow' },
  3: { zh: '黑', en: 'black' },
  4: { zh: '白', en: 'white' },
  9: { zh: '其他', en: 'other' },
  93: { zh: '黄绿', en: 'yellow and green' },
  94: { zh: '渐变绿', en: 'gradient green' },
} as const

/** The cities of Jiangsu by the letters that plates begin with; a district can't be read from a plate. */
const CITY_OF_LETTERS: Readonly<Record<string, string>> = {
  苏A: '320100',
  苏B: '320200',
  苏C: '320300',
  苏D: '320400',
  苏E: '320500',
  苏U: '320500',
  苏F: '320600',
  苏G: '320700',
  苏H: '320800',
  苏J: '320900',
  苏K: '321000',
  苏L: '321100',
  苏M: '321200',
  苏N: '321300',
}

/**
 * A plate of a motor vehicle (GA 36), never of a trailer. The vehicle is number and colour together: a blue and a yellow
 * plate can carry one number. A truck has several drivers and a driver several trucks: a plate is no person.
 */
export class PlateNumber {
  private constructor(
    /** As 苏B12345. */
    readonly value: string,
    readonly form: PlateForm,
  ) {}

  /** @throws {InvalidValue} `plate.*` */
  static parse(text: string): PlateNumber {
    const value = halfWidth(text)
      .replace(/[·•.-]/g, '')
      .toUpperCase()
    if (value === '') throw new InvalidValue(faults.missing)
    if (TRAILER.test(value)) throw new InvalidValue(faults.trailer)
    const form = (Object.keys(FORMS) as PlateForm[]).find((each) => FORMS[each].test(value))
    if (!form) throw new InvalidValue(faults.format)
    return new PlateNumber(value, form)
  }

  /** The letters that name the city: 苏B. */
  get city(): string {
    return this.value.slice(0, 2)
  }

  /** The city's code of GB/T 2260; undefined outside of Jiangsu. */
  get cityDivision(): string | undefined {
    return CITY_OF_LETTERS[this.city]
  }

  /** The colour code that the form of the plate leaves no choice about; undefined for normal plates. */
  get colour(): keyof typeof plateColours | undefined {
    return this.form === 'new-energy-small' ? 94 : this.form === 'new-energy-large' ? 93 : undefined
  }

  equals(other: PlateNumber): boolean {
    return this.value === other.value
  }

  /** Masked: 苏B***45. */
  toString(): string {
    return `${this.city}${'*'.repeat(this.value.length - 4)}${this.value.slice(-2)}`
  }

  toJSON(): string {
    return this.toString()
  }
}

export const plateNumberSchema = () => canonicalText((text) => PlateNumber.parse(text), faults.missing)
