import {
  divisionInWords,
  InvalidValue,
  MobileNumber,
  PersonName,
  type PlateColour,
  PlateNumber,
  plateColours,
  platformOf,
  ResidentId,
} from '#libs/china'
import type { Bilingual } from '#libs/platform'
import type { Cells, Column } from './roster-columns.ts'

/** What a platform says of a driver, in canonical form; values may be masked, as in `138****1234`. */
export interface LeadValues {
  readonly platform: string
  /** The driver's account at the platform. */
  readonly account: string | null
  readonly name: string | null
  readonly residentId: string | null
  readonly mobile: string | null
  readonly plate: string | null
  /** Code of JT/T 697.7. */
  readonly plateColour: string | null
  readonly residence: string | null
  readonly household: string | null
  /** `YYYY-MM-DD` */
  readonly registeredOn: string | null
}

/** What is to be said of a cell, without its value. */
export interface Remark extends Bilingual {
  readonly field: Column | 'row'
  readonly code: string
}

export interface ReadLead {
  /** Undefined when there are faults. */
  readonly lead: LeadValues | undefined
  readonly faults: readonly Remark[]
  /** What was left out of a row that is taken otherwise. */
  readonly notes: readonly Remark[]
}

/** Far above any account; longer ones are a slipped column. */
const LONGEST_ACCOUNT = 100
const LONGEST_VALUE = 100

const says = {
  platform: {
    code: 'platform.unknown',
    zh: '认不出平台：请在“平台”一列填写平台名称，或导入时指定平台',
    en: 'Unknown platform: name it in the column "platform", or with the import',
  },
  tooLong: { code: 'text.length', zh: '内容过长，请核对是否错列', en: 'Too long: check whether columns slipped' },
  masked: { code: 'text.masked', zh: '带星号的内容格式有误，请核对', en: 'A masked value of the wrong form: check it' },
  colour: {
    code: 'plate_colour.unknown',
    zh: '认不出车牌颜色，请填写 蓝、黄、黑、白、黄绿 或 渐变绿',
    en: 'Unknown plate colour: blue, yellow, black, white, yellow-green or gradient green',
  },
  date: { code: 'date.format', zh: '日期应写成 2026-05-01', en: 'Write the date as 2026-05-01' },
  tooLittle: {
    code: 'row.too_little',
    zh: '这一行认不出人：至少填写身份证号、手机号、车牌号、司机账号中的一项',
    en: 'Nobody can be found by this row: it needs a resident id, mobile, plate or account',
  },
  division: {
    code: 'division.not_understood',
    zh: '认不出这个地区，未采用；可写成 江苏省无锡市滨湖区 或 6 位代码',
    en: 'The area is not understood and left out: write 江苏省无锡市滨湖区, or its six digits',
  },
}

/** Forms of values that a platform shows in part. */
const maskedForms = {
  name: /^(?=.*\*)(?=.*\p{Script=Han})[\p{Script=Han}·*]{2,50}$/u,
  resident_id: /^(?=.*\*)(?=.*\d)[\d*]{3,17}[\dX*]$/,
  mobile: /^(?=.*\*)(?=.*\d)[\d*]{3,11}$/,
  plate: /^(?=.*\*)\p{Script=Han}[A-HJ-NP-Z*][A-HJ-NP-Z0-9挂*]{1,6}$/u,
}

const COLOUR_WORDS = new Map<string, PlateColour>([
  ...(Object.entries(plateColours) as unknown as [PlateColour, Bilingual][]).flatMap(([code, { zh, en }]) =>
    [String(code), zh, en.replaceAll(' ', '')].map((word) => [word, Number(code) as PlateColour] as const),
  ),
  ['绿', 94],
  ['green', 94],
  ['yellow-green', 93],
])

/** Reads one row of a list; pure. Every fault of a row is told at once, so that it has to be mended once. */
export function readLead(cells: Cells, defaultPlatform: string | null): ReadLead {
  const faults: Remark[] = []
  const notes: Remark[] = []
  const text = (column: Column) => (cells[column] ?? '').normalize('NFC').trim()

  const read = <Value>(column: Column, parse: (text: string) => Value): Value | null => {
    const found = text(column)
    if (found === '') return null
    try {
      if (found.length > LONGEST_VALUE) throw new InvalidValue(says.tooLong)
      return parse(found)
    } catch (error) {
      if (!(error instanceof InvalidValue)) throw error
      faults.push({ field: column, code: error.code, zh: error.zh, en: error.en })
      return null
    }
  }
  const place = (column: 'residence' | 'household') => {
    const found = text(column)
    const division = divisionInWords(found)
    if (found !== '' && !division) notes.push({ field: column, ...says.division })
    return division?.value ?? null
  }

  const platform = text('platform') === '' ? defaultPlatform : (platformOf(text('platform'))?.code ?? null)
  if (platform === null) faults.push({ field: 'platform', ...says.platform })
  const plateColour = read('plate_colour', colourIn)
  const values = {
    account: read('platform_driver_id', (found) => bounded(found, LONGEST_ACCOUNT)),
    name: read('name', (found) => shownOr('name', found, (whole) => PersonName.parse(whole).value)),
    residentId: read('resident_id', (found) => shownOr('resident_id', found, (whole) => ResidentId.parse(whole).value)),
    mobile: read('mobile', (found) => shownOr('mobile', found, (whole) => MobileNumber.parse(whole).value)),
    plate: read('plate', (found) =>
      shownOr('plate', found, (whole) => PlateNumber.parse(whole, plateColour ?? undefined).value),
    ),
    plateColour: plateColour === null ? null : String(plateColour),
    residence: place('residence'),
    household: place('household'),
    registeredOn: read('registered_on', dateIn),
  }
  const findable = values.account ?? values.residentId ?? values.mobile ?? values.plate
  if (findable === null && faults.length === 0) faults.push({ field: 'row', ...says.tooLittle })
  return { lead: faults.length > 0 || platform === null ? undefined : { platform, ...values }, faults, notes }
}

/** A masked value in its canonical form, or a whole one as its value object has it. */
function shownOr(kind: keyof typeof maskedForms, text: string, whole: (text: string) => string): string {
  const masked = text.replace(/[＊﹡∗×●]/gu, '*')
  if (!masked.includes('*')) return whole(text)
  const compact = masked.normalize('NFKC').replace(/[\s\p{Cf}]/gu, '')
  const canonical =
    kind === 'name' ? compact.replace(/[•‧・.．]/g, '·') : compact.replace(/[·•‧・.\p{Pd}]/gu, '').toUpperCase()
  if (!maskedForms[kind].test(canonical)) throw new InvalidValue(says.masked)
  return canonical
}

function bounded(text: string, most: number): string {
  if (text.length > most) throw new InvalidValue(says.tooLong)
  return text
}

function colourIn(text: string): PlateColour {
  const colour = COLOUR_WORDS.get(text.replace(/[色\s牌]/g, '').toLowerCase())
  if (!colour) throw new InvalidValue(says.colour)
  return colour
}

/** 2026-05-01, 2026/5/1, 2026.5.1, 20260501 or 2026年5月1日, with or without a time behind it. */
function dateIn(text: string): string {
  const parts = /^(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{2})(\d{2}))(?:[ T].*)?$/.exec(
    text.normalize('NFKC'),
  )
  const [year, month, day] = [parts?.[1], parts?.[2] ?? parts?.[4], parts?.[3] ?? parts?.[5]].map(Number)
  const date = new Date(Date.UTC(year ?? Number.NaN, month! - 1, day))
  if (date.getUTCMonth() !== month! - 1 || date.getUTCDate() !== day) throw new InvalidValue(says.date)
  return date.toISOString().slice(0, 10)
}
