import { canonicalText, type Fault, halfWidth, InvalidValue } from './invalid-value.ts'

/** GB 11643-1999: weight of each of the 17 digits, and the check character by the sum modulo 11. */
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
const CHECK_CHARACTERS = '10X98765432'

const OLDEST_BIRTH_YEAR = 1900

const faults = {
  missing: { code: 'resident_id.missing', zh: '请填写身份证号码', en: 'Enter the resident id number' },
  length: {
    code: 'resident_id.length',
    zh: '身份证号码应为 18 位，请核对有没有漏写或多写',
    en: 'A resident id has 18 characters: look for one too many or too few',
  },
  characters: {
    code: 'resident_id.characters',
    zh: '身份证号码只含数字，末位可以是 X',
    en: 'A resident id has digits only; the last may be X',
  },
  birthDate: {
    code: 'resident_id.birth_date',
    zh: '身份证号码第 7 到 14 位不是有效的出生日期，请核对',
    en: 'Characters 7 to 14 are no date of birth: check them',
  },
  checksum: {
    code: 'resident_id.checksum',
    zh: '身份证号码有误，请逐位核对',
    en: 'The number contains a mistake: compare it digit by digit',
  },
} satisfies Record<string, Fault>

/**
 * A resident id number (GB 11643) with a correct check character and a real date of birth.
 *
 * The first six digits are not looked up: codes of abolished divisions live on in ids, and they tell where the id was
 * first registered, not where its holder lives. Residence permits of Hong Kong, Macau and Taiwan (81, 82, 83) have the
 * same form. Ids of 15 digits are brought to 18.
 */
export class ResidentId {
  private constructor(
    /** 18 characters, `X` in upper case. */
    readonly value: string,
  ) {}

  /** @throws {InvalidValue} `resident_id.*` */
  static parse(text: string, now = new Date()): ResidentId {
    const compact = halfWidth(text).toUpperCase()
    if (compact === '') throw new InvalidValue(faults.missing)
    if (compact.length !== 18 && compact.length !== 15) throw new InvalidValue(faults.length)
    if (!/^\d{17}[\dX]$|^\d{15}$/.test(compact)) throw new InvalidValue(faults.characters)
    const value = compact.length === 15 ? lengthen(compact) : compact
    if (!isBirthDate(value.slice(6, 14), now)) throw new InvalidValue(faults.birthDate)
    if (value[17] !== checkCharacter(value)) throw new InvalidValue(faults.checksum)
    return new ResidentId(value)
  }

  /** Where the id was first registered, as GB/T 2260 had it then. */
  get division(): string {
    return this.value.slice(0, 6)
  }

  /** `YYYY-MM-DD` */
  get birthDate(): string {
    return this.value.slice(6, 14).replace(/^(.{4})(.{2})(.{2})$/, '$1-$2-$3')
  }

  get sex(): 'male' | 'female' {
    return Number(this.value[16]) % 2 === 1 ? 'male' : 'female'
  }

  equals(other: ResidentId): boolean {
    return this.value === other.value
  }

  /** Masked: `320211********123X` shows the division and the last four only. */
  toString(): string {
    return `${this.value.slice(0, 6)}********${this.value.slice(14)}`
  }

  toJSON(): string {
    return this.toString()
  }
}

/** The check character that belongs to 17 digits. */
export function checkCharacter(digits: string): string {
  const sum = WEIGHTS.reduce((total, weight, at) => total + weight * Number(digits[at]), 0)
  return CHECK_CHARACTERS[sum % 11]!
}

export const residentIdSchema = () => canonicalText((text) => ResidentId.parse(text), faults.missing)

/** Ids of 15 digits were given out until 1999, with two digits of the year of birth. */
function lengthen(old: string): string {
  const digits = `${old.slice(0, 6)}19${old.slice(6)}`
  return digits + checkCharacter(digits)
}

function isBirthDate(digits: string, now: Date): boolean {
  const [year, month, day] = [digits.slice(0, 4), digits.slice(4, 6), digits.slice(6)].map(Number) as [
    number,
    number,
    number,
  ]
  const date = new Date(Date.UTC(year, month - 1, day))
  const real = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  return real && year >= OLDEST_BIRTH_YEAR && date <= now
}
