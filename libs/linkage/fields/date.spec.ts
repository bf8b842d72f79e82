import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { dayOf } from './date.ts'
import { comparatorOf, fieldType } from './vocabulary.ts'

test.each([
  ['19900102', '19900201', 'swapped'],
  ['19900102', '19900103', 'one-edit'],
  ['19900102', '19900113', 'two-edits'],
  ['19900102', '19901125', 'same-year'],
  ['19900102', '20040102', 'same-day'],
  ['19900102', '20041111', 'different'],
])('dates %s and %s: %s', (a, b, expected) => {
  const { compare, outcome } = comparatorOf('date-typos')
  const { read } = fieldType('date')
  expect((outcome as readonly string[])[compare(read(a), read(b))]).toBe(expected)
})

test('day numbers are those of the calendar', () => {
  fc.assert(
    fc.property(fc.date({ min: new Date('1850-01-01'), max: new Date('2150-01-01'), noInvalidDate: true }), (date) => {
      expect(dayOf(date.toISOString().slice(0, 10).replaceAll('-', ''))).toBe(Math.floor(date.getTime() / 86_400_000))
    }),
  )
  expect([dayOf('20230229'), dayOf('19901301'), dayOf('19900431')]).toEqual([Number.NaN, Number.NaN, Number.NaN])
})

test('the distance of two dates is in days, infinite for a day that is not in the calendar', () => {
  const { compare } = comparatorOf('date-distance')
  const { read } = fieldType('date')
  expect(compare(read('20240228'), read('20240301'))).toBe(2)
  expect(compare(read('20240228'), read('20249999'))).toBe(Number.POSITIVE_INFINITY)
})
