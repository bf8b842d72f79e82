import { expect, test } from '@jest/globals'
import { comparatorOf, fieldType } from './vocabulary.ts'

test('numbers are as far apart as their difference', () => {
  const { read } = fieldType('number')
  expect(comparatorOf('number-distance').compare(read('3'), read('5.5'))).toBe(2.5)
})
