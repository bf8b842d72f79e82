import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { QueryFailedError } from 'typeorm'
import { redact } from './redact.ts'

describe('redact', () => {
  test.each([
    'id 11010519491231002X.',
    'id 110105 19491231 002x',
    'old id 110105491231002',
    'call 13812345678!',
    'call +8613812345678',
    'call 008613812345678',
    'call 138-1234-5678 or 138 1234 5678',
    'plate苏B12345',
    'plate 苏b·12345',
    'plate 苏BD12345',
    'plate 苏B1234挂',
    'plate 苏BA1B2C',
    'to postgres://ruhui:pass@db:5432/ruhui',
  ])('hides what a text may not show: %s', (text) => {
    const hidden = redact(text)
    expect(hidden).toContain('[hidden]')
    expect(hidden).not.toMatch(/\d{4}[\d·-]|002|5678|12345|A1B2C|ruhui:|pass/)
  })

  test.each([
    'GET /j/ab12cd34 answered 302 in 3.25 ms',
    'took 1764000000000 ms, 20261124 rows, port 8080',
    'took 12.138123456789012 ms and 3.13812345678 ms',
    'member 3202-2026-0000017, reference RH-13812-34567',
    'trace 0199a138-1234-7678-9abc-a13812345678',
    'https://ruhui.example/j/abc?at=2026-11-24T11:52:00.123Z',
    '江苏省无锡市，苏州市',
  ])('leaves other texts as they are: %s', (text) => {
    expect(redact(text)).toBe(text)
  })

  test('hides fields with telling names whatever they hold, however the names are written', () => {
    const fields = {
      ...{ name: '王小明', driverName: 1, resident_id: ['x'], Mobile: 13812345678, 'plate-number': {}, sealed: 'AbC' },
      ...{
        password: 'p',
        newPassword: 'p',
        'set-cookie': ['c'],
        Authorization: 'b',
        accessToken: 't',
        FIELD_KEYS: 'k',
      },
    }
    expect(redact(fields)).toEqual(Object.fromEntries(Object.keys(fields).map((key) => [key, '[hidden]'])))
  })

  test('goes to any depth and keeps the rest', () => {
    const at = new Date(0)
    const value = { status: 201, ok: true, none: null, at, list: [{ to: '13812345678', person: { name: '王小明' } }] }
    expect(redact(value)).toEqual({
      ...{ status: 201, ok: true, none: null, at },
      list: [{ to: '[hidden]', person: { name: '[hidden]' } }],
    })
    expect(value.list[0]!.person.name).toBe('王小明')
  })

  test('reads maps, sets and values that write themselves', () => {
    expect(redact({ map: new Map([['name', '王小明']]), set: new Set(['13812345678']) })).toEqual({
      map: { name: '[hidden]' },
      set: ['[hidden]'],
    })
    expect(redact({ value: { secretly: '王小明', toJSON: () => '王*明' } })).toEqual({ value: '王*明' })
    expect(redact(new URL('http://user:pass@host/'))).toBe('http://[hidden]@host/')
    expect(redact({ bytes: Buffer.from('13812345678') })).toEqual({ bytes: '[11 bytes]' })
  })

  test('hides what stands in the name of a field', () => {
    expect(redact({ 13812345678: 2 })).toEqual({ '[hidden]': 2 })
  })

  test('ends at a circle, not at the second sight of a value', () => {
    const shared = { a: 1 }
    const value: Record<string, unknown> = { first: shared, second: shared }
    value.self = value
    expect(redact(value)).toEqual({ first: { a: 1 }, second: { a: 1 }, self: '[circular]' })
  })

  test('an error keeps what helps, without the fields of the row that a database quotes', () => {
    const cause = Object.assign(new Error('duplicate key 13812345678'), { code: '23505', detail: '(name)=(王小明)' })
    const error = new AggregateError([new Error('at 13812345679')], 'for 13812345678', { cause })
    const hidden = redact(error)
    expect(hidden).toMatchObject({
      type: 'AggregateError',
      message: 'for [hidden]',
      stack: expect.stringContaining('redact.spec.ts'),
      cause: { type: 'Error', message: 'duplicate key [hidden]', code: '23505' },
      errors: [{ message: 'at [hidden]' }],
    })
    expect(JSON.stringify(hidden)).not.toMatch(/1381234567|王小明/)
    expect(redact(new Error('plain'))).toEqual({ type: 'Error', message: 'plain', stack: expect.any(String) })
  })

  test('a database error shows no parameter, and no value that did not fit its type', () => {
    const driverError = Object.assign(new Error('invalid input syntax for type date: "王"小"明"'), { code: '22007' })
    const hidden = redact({ err: new QueryFailedError('select $1::date', ['李娜'], driverError) })
    expect(hidden).toMatchObject({
      err: { type: 'QueryFailedError', message: 'invalid input syntax for type date: [hidden]', code: '22007' },
    })
    expect(JSON.stringify(hidden)).not.toMatch(/[王小明李娜]/)
    const missing = Object.assign(new Error('relation "driver" does not exist'), { code: '42P01' })
    expect(redact(missing)).toMatchObject({ message: 'relation "driver" does not exist' })
  })

  test('hides phones and ids that were kept as numbers, and leaves other numbers', () => {
    expect(redact([13812345678, 320211198001011, 1_767_225_600_000, 12.5, -1, 1e21, Number.NaN])).toEqual([
      ...['[hidden]', '[hidden]'],
      ...[1_767_225_600_000, 12.5, -1, 1e21, Number.NaN],
    ])
  })

  test('no phone survives in any value, and redacting again changes nothing', () => {
    const phones = fc.integer({ min: 13_000_000_000, max: 19_999_999_999 }).map(String)
    const filler = fc.string({ unit: fc.constantFrom(...' ,;:王明ab') })
    fc.assert(
      fc.property(filler, phones, filler, (before, phone, after) => {
        const hidden = redact({ deep: [before + phone + after] })
        expect(JSON.stringify(hidden)).not.toContain(phone)
        expect(redact(hidden)).toEqual(hidden)
      }),
    )
  })
})
