import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { MobileNumber } from './mobile-number.ts'

const numbers = fc.integer({ min: 13_000_000_000, max: 19_999_999_999 }).map(String)

describe('MobileNumber', () => {
  test('takes what people and phones write', () => {
    for (const written of [
      '+86 138 1234 5678',
      '8613812345678',
      '0086-138-1234-5678',
      '138\u20111234\u20135678',
      '(+86)13812345678',
      '１３８１２３４５６７８',
      '\u202D+8613812345678\u202C',
    ])
      expect(MobileNumber.parse(written).value).toBe('13812345678')
  })

  test.each([
    ['', 'missing'],
    ['--', 'missing'],
    ['12812345678', 'format'],
    ['1381234567', 'format'],
    ['138123456789', 'format'],
    ['1381234567a', 'format'],
    ['+85291234567', 'format'],
  ])('%j has the fault %s', (text, fault) => {
    expect(() => MobileNumber.parse(text)).toThrow(expect.objectContaining({ code: `mobile.${fault}` }))
  })

  test('warns of prefixes that no operator has, and takes them', () => {
    expect(MobileNumber.parse('14212345678').unallotted).toBe(true)
    expect(MobileNumber.parse('13812345678').unallotted).toBe(false)
  })

  test('every number parses, reads the same again, and its mask hides the middle', () => {
    fc.assert(
      fc.property(numbers, (number) => {
        const mobile = MobileNumber.parse(number)
        expect(mobile.value).toBe(number)
        expect(MobileNumber.parse(mobile.value).equals(mobile)).toBe(true)
        expect(`${mobile}`).toBe(`${number.slice(0, 3)}****${number.slice(7)}`)
      }),
    )
  })
})
