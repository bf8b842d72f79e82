import { createHmac, hkdfSync } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { BlindIndex } from './blind-index.ts'
import { KeyRing } from './key-ring.ts'

const key = (byte: number) => Buffer.alloc(32, byte)
const ringOf = (...numbers: number[]) =>
  KeyRing.parse(numbers.map((number) => `${number}:${key(number).toString('base64')}`).join())

const blind = new BlindIndex(ringOf(1))
const rotated = new BlindIndex(ringOf(2, 1))

describe('BlindIndex', () => {
  test('is HMAC-SHA256 under a key of its own for the kind, cut to 16 bytes', () => {
    const ofKind = Buffer.from(hkdfSync('sha256', key(1), '', 'ruhui blind index mobile', 32))
    const expected = createHmac('sha256', ofKind).update('13812345678').digest().subarray(0, 16)
    expect(blind.of('mobile', '13812345678')).toEqual(expected)
  })

  test('gives equal keys for equal values of one kind only', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), fc.string(), (kind, value, otherKind, otherValue) => {
        const index = blind.of(kind, value)
        expect(index).toHaveLength(16)
        expect(index.equals(new BlindIndex(ringOf(1)).of(kind, value))).toBe(true)
        expect(index.equals(blind.of(otherKind, otherValue))).toBe(kind === otherKind && value === otherValue)
        expect(index.equals(blind.of(`${kind}2`, value))).toBe(false)
      }),
    )
  })

  test('gives the beginning of the keys as numbers', () => {
    const keys = rotated.all('mobile', '13812345678')
    expect(rotated.leading64('mobile', '13812345678')).toEqual(keys.map((each) => each.readBigInt64BE()))
  })

  test('while keys are being changed, writes under the new one and finds what was written under either', () => {
    expect(rotated.all('mobile', '13812345678')).toEqual([
      rotated.of('mobile', '13812345678'),
      blind.of('mobile', '13812345678'),
    ])
    expect(rotated.of('mobile', '13812345678')).not.toEqual(blind.of('mobile', '13812345678'))
  })
})
