import { expect, test } from '@jest/globals'
import { comparatorOf, fieldType } from './vocabulary.ts'

test.each([
  ['ann|smith', 'smith|ann', 'swapped'],
  ['ann|smith', 'anne|smith', 'close'],
  ['ann|smith', 'bob|smith', 'surname'],
  ['ann|smith', 'ann|jones', 'given'],
  ['|smith', '|smith', 'surname'],
  ['ann|smith', 'bob|jones', 'different'],
])('full names %s and %s: %s', (a, b, expected) => {
  const { compare, outcome } = comparatorOf('full-name')
  const { read } = fieldType('full-name')
  expect((outcome as readonly string[])[compare(read(a), read(b))]).toBe(expected)
})
