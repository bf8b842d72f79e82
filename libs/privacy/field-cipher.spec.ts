import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { FieldCipher, type SealedDataError } from './field-cipher.ts'
import { KeyRing } from './key-ring.ts'

const key = (byte: number) => Buffer.alloc(32, byte).toString('base64')
const old = new FieldCipher(KeyRing.parse(`1:${key(1)}`))
const rotated = new FieldCipher(KeyRing.parse(`2:${key(2)},1:${key(1)}`))

const texts = fc.string({ unit: 'binary' })

/** What `open` throws with this code. */
const failing = (code: SealedDataError['code']) => expect.objectContaining({ name: 'SealedDataError', code })

describe('FieldCipher', () => {
  test('opens what it sealed, for the same context', () => {
    fc.assert(
      fc.property(texts, texts, (text, context) => {
        expect(old.open(old.seal(text, context), context)).toBe(text)
      }),
    )
  })

  test('is compact: 30 bytes over the text, without padding', () => {
    expect(old.seal('王小明', 'a')).toMatch(/^[\w-]{52}$/)
  })

  test('seals one text differently every time', () => {
    expect(old.seal('text', 'context')).not.toBe(old.seal('text', 'context'))
  })

  test('does not open in another context', () => {
    const sealed = old.seal('text', 'registration:1')
    expect(() => old.open(sealed, 'registration:2')).toThrow(failing('tampered'))
    expect(() => old.open(sealed, '')).toThrow(failing('tampered'))
  })

  test('does not open when any bit was changed, or the end is missing', () => {
    fc.assert(
      fc.property(texts, fc.nat(), fc.integer({ min: 0, max: 7 }), (text, place, bit) => {
        const sealed = rotated.seal(text, 'context')
        const bytes = Buffer.from(sealed, 'base64url')
        const at = place % bytes.length
        bytes[at]! ^= 1 << bit
        expect(() => rotated.open(bytes.toString('base64url'), 'context')).toThrow(
          expect.objectContaining({ name: 'SealedDataError' }),
        )
        const shorter = Buffer.from(sealed, 'base64url').subarray(0, at).toString('base64url')
        expect(() => rotated.open(shorter, 'context')).toThrow(expect.objectContaining({ name: 'SealedDataError' }))
      }),
    )
  })

  test('does not open when any character was changed or added', () => {
    const characters = fc.constantFrom(...'AZaz09-_= \n')
    fc.assert(
      fc.property(texts, fc.nat(), characters, (text, place, character) => {
        const sealed = old.seal(text, 'context')
        const at = place % sealed.length
        const changed = sealed.slice(0, at) + character + sealed.slice(at + 1)
        fc.pre(changed !== sealed)
        for (const other of [changed, sealed + character, character + sealed]) {
          expect(() => old.open(other, 'context')).toThrow(expect.objectContaining({ name: 'SealedDataError' }))
        }
      }),
    )
  })

  test('after a change of keys the old data still opens, and new data needs the new key', () => {
    expect(rotated.open(old.seal('text', 'context'), 'context')).toBe('text')
    expect(() => old.open(rotated.seal('text', 'context'), 'context')).toThrow(failing('unknown_key'))
  })

  test('does not open with another key of the same number', () => {
    const other = new FieldCipher(KeyRing.parse(`1:${key(9)}`))
    expect(() => other.open(old.seal('text', 'context'), 'context')).toThrow(failing('tampered'))
  })

  test.each(['', 'text', 'x'.repeat(100)])('%j is no sealed data', (text) => {
    expect(() => old.open(text, 'context')).toThrow(failing('format'))
  })

  test('a failure says nothing of the content', () => {
    const sealed = old.seal('王小明', 'registration:1')
    expect(() => old.open(sealed, 'registration:2')).toThrow(/^sealed data does not open: tampered$/)
  })
})
