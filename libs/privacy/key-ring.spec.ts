import { describe, expect, test } from '@jest/globals'
import { KeyRing, keyRingSchema } from './key-ring.ts'

const base64 = (byte: number, length = 32) => Buffer.alloc(length, byte).toString('base64')

describe('KeyRing', () => {
  test('the first key is the active one, all of them read', () => {
    const ring = KeyRing.parse(` 12:${base64(12)}, 3:${base64(3)} `)
    expect(ring.active).toBe(12)
    expect([...ring.keys]).toEqual([
      [12, Buffer.alloc(32, 12)],
      [3, Buffer.alloc(32, 3)],
    ])
  })

  test.each([
    ['', 'reads <number 1-255>:<base64>'],
    ['secret', 'reads <number 1-255>:<base64>'],
    [`1:${base64(1)},`, 'reads <number 1-255>:<base64>'],
    [`0:${base64(1)}`, 'reads <number 1-255>:<base64>'],
    [`256:${base64(1)}`, 'reads <number 1-255>:<base64>'],
    [`1:${base64(1, 16)}`, 'key 1 has 16 bytes instead of 32'],
    [`1:${base64(1)},2:${base64(1, 33)}`, 'key 2 has 33 bytes instead of 32'],
    [`1:${base64(1)},1:${base64(2)}`, 'key 1 occurs twice'],
  ])('%j is refused: %s', (text, message) => {
    expect(() => KeyRing.parse(text)).toThrow(message)
  })

  test('a refusal never quotes the key', () => {
    const key = base64(7, 31)
    expect(() => KeyRing.parse(`1:${key}`)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining(key.slice(0, 8)) }),
    )
  })

  test('as configuration, a faulty one is refused in words that help', () => {
    expect(keyRingSchema().parse(`3:${base64(3)}`).active).toBe(3)
    const refused = keyRingSchema().safeParse(`1:${base64(1, 16)}`)
    expect(refused.error?.issues[0]?.message).toBe('key 1 has 16 bytes instead of 32')
  })
})
