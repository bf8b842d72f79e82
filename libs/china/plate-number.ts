import { canonicalText, DOTS, type Fault, halfWidth, InvalidValue } from './invalid-value.ts'
import { PersonalText } from './personal-text.ts'

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
  colour: {
    code: 'plate.colour',
    zh: '车牌颜色与车牌号不符：新能源大型车为黄绿色，小型车为渐变绿色，其他车牌不是这两种颜色',
    en: 'The colour does not fit: new-energy plates are yellow and green (large) or gradient green (small), others neither',
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

export type PlateColour = keyof typeof plateColours

/** The colours that each form comes in; a form with a single one tells the colour. */
const COLOURS_OF_FORM: Record<PlateForm, readonly PlateColour[]> = {
  'new-energy-small': [94],
  'new-energy-large': [93],
  normal: [1, 2, 3, 4, 9],
}

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
export class PlateNumber extends PersonalText {
  private constructor(
    value: string,
    readonly form: PlateForm,
    /** Undefined when nobody told, and the form of the plate does not tell: normal plates. */
    readonly colour: PlateColour | undefined,
  ) {
    super(value)
  }

  /** @throws {InvalidValue} `plate.` `missing`, `trailer`, `format`, `colour` (contradicts the form) */
  static parse(text: string, colour?: PlateColour): PlateNumber {
    const value = halfWidth(text)
      .replace(DOTS, '')
      .replace(/\p{Pd}/gu, '')
      .toUpperCase()
    if (value === '') throw new InvalidValue(faults.missing)
    if (TRAILER.test(value)) throw new InvalidValue(faults.trailer)
    const form = (Object.keys(FORMS) as PlateForm[]).find((each) => FORMS[each].test(value))
    if (!form) throw new InvalidValue(faults.format)
    const possible = COLOURS_OF_FORM[form]
    if (colour !== undefined && !possible.includes(colour)) throw new InvalidValue(faults.colour)
    return new PlateNumber(value, form, colour ?? (possible.length === 1 ? possible[0] : undefined))
  }

  /** The sign that names the province: 苏. */
  get province(): string {
    return this.value.slice(0, 1)
  }

  /** The letters that name the city: 苏B. */
  get city(): string {
    return this.value.slice(0, 2)
  }

  /** The city's code of GB/T 2260; undefined outside of Jiangsu. */
  get cityDivision(): string | undefined {
    return CITY_OF_LETTERS[this.city]
  }

  /** What names the vehicle: number and colour code, 苏B12345_2. Without a colour it equals no coloured key. */
  get key(): string {
    return `${this.value}_${this.colour ?? ''}`
  }

  /** Same number and same colour. */
  override equals(other: this): boolean {
    return this.key === other.key
  }

  /** Masked: 苏B***45. */
  protected mask(): string {
    return `${this.city}${'*'.repeat(this.value.length - 4)}${this.value.slice(-2)}`
  }
}

/** Text in, canonical text (the number without its colour) out. */
export const plateNumberSchema = () => canonicalText((text) => PlateNumber.parse(text))
