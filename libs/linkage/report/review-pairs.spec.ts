import { expect, test } from '@jest/globals'
import { driversModel } from '../model/drivers-model.ts'
import { parseModel } from '../model/model.ts'
import { reviewPairs } from './review-pairs.ts'

const model = parseModel(driversModel)
const { review } = model.thresholds

/** Records 0 and 1 are one cluster, 2 and 3 another, 4 stands alone. */
function pairsOf(edges: readonly [number, number, number][]) {
  return reviewPairs({
    model,
    edges: {
      a: Int32Array.from(edges, ([a]) => a),
      b: Int32Array.from(edges, ([, b]) => b),
      weight: Int32Array.from(edges, ([, , weight]) => weight),
    },
    clustering: { clusterOf: Int32Array.of(0, 0, 2, 2, 4), conflicts: [], oversized: [] },
  })
}

test('one pair of clusters with its strongest pair of records, strongest first', () => {
  const pairs = pairsOf([
    [1, 2, review],
    [3, 0, review + 500],
    [4, 1, review + 900],
  ])
  expect(pairs).toEqual([
    { cluster: 0, other: 4, a: 1, b: 4, weight: review + 900 },
    { cluster: 0, other: 2, a: 0, b: 3, weight: review + 500 },
  ])
})

test('neither what is joined already nor what weighs less than the threshold', () => {
  expect(
    pairsOf([
      [0, 1, review + 9000],
      [2, 4, review - 1],
    ]),
  ).toEqual([])
})
