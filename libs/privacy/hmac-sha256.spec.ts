import { createHmac } from 'node:crypto'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { HmacSha256 } from './hmac-sha256.ts'

/** Texts of any length and script, with halves of pairs that stand alone. */
const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc.string({ unit: 'grapheme', maxLength: 900 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 50 }).map((units) => String.fromCharCode(...units)),
)

test('is what Node.js computes, for every key and text', () => {
  const keys = fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes))
  fc.assert(
    fc.property(keys, fc.array(texts, { minLength: 1, maxLength: 4 }), (key, all) => {
      const hmac = new HmacSha256(key)
      for (const text of all) {
        const expected = createHmac('sha256', key).update(text).digest()
        expect(hmac.of(text)).toEqual(expected)
        expect(hmac.leading64(text)).toBe(expected.readBigInt64BE())
      }
    }),
  )
})

test('does not take a key that would have to be hashed first', () => {
  expect(() => new HmacSha256(Buffer.alloc(65))).toThrow(RangeError)
})
