import { expect, test } from '@jest/globals'
import { comparatorOf, fieldType } from './vocabulary.ts'

test('words count as a share of all words of both texts', () => {
  const { read } = fieldType('text')
  expect(comparatorOf('words').compare(read('a b c'), read('b c d'))).toBe(0.5)
})
