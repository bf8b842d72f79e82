import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { damerauLevenshtein, jaroWinkler, withinOneEdit } from './edit-distance.ts'

test.each([
  ['kitten', 'sitting', 3],
  ['ca', 'ac', 1],
  ['ca', 'abc', 3],
  ['', 'abc', 3],
  ['𠮷田', '吉田', 1],
])('the distance of %s and %s is %d', (a, b, distance) => {
  expect(damerauLevenshtein(a, b)).toBe(distance)
})

test.each([
  ['MARTHA', 'MARHTA', 0.9611],
  ['DIXON', 'DICKSONX', 0.8133],
  ['DWAYNE', 'DUANE', 0.84],
  ['ABC', 'XYZ', 0],
])("Winkler's published similarity of %s and %s", (a, b, similarity) => {
  expect(jaroWinkler(a, b)).toBeCloseTo(similarity, 4)
})

const short = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 6 })

test('the quick check for one edit agrees with the distance', () => {
  fc.assert(fc.property(short, short, (a, b) => withinOneEdit(a, b) === damerauLevenshtein(a, b) <= 1))
})

test('similarity is symmetric, 1 for equal texts, and never above 1', () => {
  fc.assert(
    fc.property(short, short, (a, b) => {
      expect(jaroWinkler(a, b)).toBeCloseTo(jaroWinkler(b, a), 10)
      expect(jaroWinkler(a, a)).toBe(1)
      expect(jaroWinkler(a, b)).toBeLessThanOrEqual(1)
    }),
  )
})
