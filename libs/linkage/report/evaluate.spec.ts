import { expect, test } from '@jest/globals'
import { evaluate } from './evaluate.ts'

test('pairs and B³ of a worked example', () => {
  // Truth: {1 2 3} {4 5}; found: {1 2} {3 4 5}.
  const evaluation = evaluate(['a', 'a', 'b', 'b', 'b'], [1, 1, 1, 2, 2])
  expect(evaluation).toMatchObject({ truePairs: 4, foundPairs: 4, precision: 0.5, recall: 0.5, f1: 0.5 })
  // Per record: precision 1 1 1/3 2/3 2/3, recall 2/3 2/3 1/3 1 1.
  expect(evaluation.bCubed.precision).toBeCloseTo(11 / 15)
  expect(evaluation.bCubed.recall).toBeCloseTo(11 / 15)
  expect(evaluation.largestClusters).toEqual([
    { size: 3, clusters: 1, trueClusters: 1 },
    { size: 2, clusters: 1, trueClusters: 1 },
  ])
})

test('all apart: nothing found is precise, and recalls nothing', () => {
  expect(evaluate([1, 2], [1, 1])).toMatchObject({ precision: 1, recall: 0, f1: 0 })
})
