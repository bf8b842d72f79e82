import { divisionNames } from './division-names.ts'
import { canonicalText, type Fault, halfWidth, InvalidValue } from './invalid-value.ts'

const faults = {
  missing: { code: 'division.missing', zh: '请选择地区', en: 'Choose the area' },
  format: { code: 'division.format', zh: '地区代码应为 6 位数字', en: 'A division code has 6 digits' },
  unknown: { code: 'division.unknown', zh: '没有这个地区，请重新选择', en: 'There is no such area: choose again' },
} satisfies Record<string, Fault>

/**
 * An administrative division down to the district, by its code of GB/T 2260. The province must exist; below it only
 * Jiangsu's cities and Wuxi's districts are known by name, and other codes are taken as they are.
 */
export class Division {
  private constructor(
    /** Six digits. */
    readonly value: string,
  ) {}

  /** @throws {InvalidValue} `division.*` */
  static parse(text: string): Division {
    const value = halfWidth(text)
    if (value === '') throw new InvalidValue(faults.missing)
    if (!/^\d{6}$/.test(value)) throw new InvalidValue(faults.format)
    if (!divisionNames.has(`${value.slice(0, 2)}0000`)) throw new InvalidValue(faults.unknown)
    return new Division(value)
  }

  get level(): 'province' | 'city' | 'district' {
    if (this.value.endsWith('0000')) return 'province'
    return this.value.endsWith('00') ? 'city' : 'district'
  }

  get province(): string {
    return `${this.value.slice(0, 2)}0000`
  }

  get city(): string {
    return `${this.value.slice(0, 4)}00`
  }

  /** The name of the narrowest division that is known: 滨湖区, 无锡市, 江苏省. */
  get name(): string {
    return divisionNames.get(this.value) ?? divisionNames.get(this.city) ?? divisionNames.get(this.province)!
  }

  /** Whether this is the other division or lies in it. */
  isWithin(other: Division): boolean {
    if (other.level === 'province') return this.province === other.value
    if (other.level === 'city') return this.city === other.value
    return this.equals(other)
  }

  equals(other: Division): boolean {
    return this.value === other.value
  }

  toString(): string {
    return this.value
  }
}

/** The districts and county-level cities of Wuxi. */
export const districtsOfWuxi: readonly { readonly code: string; readonly name: string }[] = [
  ...divisionNames.entries(),
].flatMap(([code, name]) => (/^3202(?!00)/.test(code) ? [{ code, name }] : []))

export const divisionSchema = () => canonicalText((text) => Division.parse(text), faults.missing)
