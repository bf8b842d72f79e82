import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { memberNumber } from './member-number.ts'

/** Luhn's check (ISO/IEC 7812-1) over all digits of a number. */
function isSound(number: string): boolean {
  const digits = [...number.replaceAll('-', '')].reverse().map(Number)
  const doubled = digits.map((digit, at) => (at % 2 === 0 ? digit : digit * 2 > 9 ? digit * 2 - 9 : digit * 2))
  return doubled.reduce((sum, digit) => sum + digit, 0) % 10 === 0
}

describe('memberNumber', () => {
  it('reads city, year, running number and check digit', () => {
    expect(memberNumber(1, 2026)).toMatch(/^3202-2026-000001\d$/)
  })

  it('is unique by serial and ends with a check digit that notices one wrong digit', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9_999_999 }),
        fc.nat(),
        fc.integer({ min: 1, max: 9 }),
        (serial, at, by) => {
          const number = memberNumber(serial, 2026)
          expect(isSound(number)).toBe(true)
          expect(memberNumber(serial + 1, 2026)).not.toBe(number)
          const digits = [...number.replaceAll('-', '')]
          const place = at % digits.length
          digits[place] = String((Number(digits[place]) + by) % 10)
          expect(isSound(digits.join(''))).toBe(false)
        },
      ),
    )
  })
})
