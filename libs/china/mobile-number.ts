import { canonicalText, type Fault, halfWidth, InvalidValue } from './invalid-value.ts'

const faults = {
  missing: { code: 'mobile.missing', zh: '请填写手机号', en: 'Enter the mobile number' },
  format: {
    code: 'mobile.format',
    zh: '手机号应为 11 位数字，以 1 开头，请核对',
    en: 'A mobile number has 11 digits and begins with 1: check it',
  },
} satisfies Record<string, Fault>

/** Prefixes that no operator has been allotted: probably a slip, but never a reason to refuse (check). */
const UNALLOTTED = new Set(['142', '143', '154', '161', '164', '194'])

/** A mainland mobile number. Numbers are given out again and shared in families: contact data, not a person. */
export class MobileNumber {
  private constructor(
    /** 11 digits. */
    readonly value: string,
  ) {}

  /** @throws {InvalidValue} `mobile.*` */
  static parse(text: string): MobileNumber {
    const digits = halfWidth(text)
      .replace(/[-()·.]/g, '')
      .replace(/^(\+|00)?86(?=1)/, '')
    if (digits === '') throw new InvalidValue(faults.missing)
    if (!/^1[3-9]\d{9}$/.test(digits)) throw new InvalidValue(faults.format)
    return new MobileNumber(digits)
  }

  /** The prefix belongs to no operator as far as we know: worth a second look. */
  get unallotted(): boolean {
    return UNALLOTTED.has(this.value.slice(0, 3))
  }

  equals(other: MobileNumber): boolean {
    return this.value === other.value
  }

  /** Masked: `138****5678`. */
  toString(): string {
    return `${this.value.slice(0, 3)}****${this.value.slice(7)}`
  }

  toJSON(): string {
    return this.toString()
  }
}

export const mobileNumberSchema = () => canonicalText((text) => MobileNumber.parse(text), faults.missing)
