import { describe, expect, test } from '@jest/globals'
import { linkRecords } from './link.ts'
import { type ModelInput, parseModel } from './model/model.ts'
import { evaluate } from './report/evaluate.ts'
import type { Table } from './table/table.ts'
import { TableBuilder } from './table/table-builder.ts'
import { seededInt, shuffle } from './training/random.ts'

const small: ModelInput = {
  format: 'ruhui-linkage/1',
  name: 'small',
  epoch: 0,
  fields: ['first', 'second', 'third'].map((name) => ({ name, type: 'text' })),
  comparisons: ['first', 'second', 'third'].map((field) => ({
    name: field,
    field,
    comparator: 'exact',
    levels: [
      { name: 'equal', when: ['equal'], m: 0.6, u: 0.1 },
      { name: 'different', m: 0.4, u: 0.9 },
    ],
  })),
  blocking: [
    { name: 'first', keys: [{ field: 'first', part: 'value' }] },
    { name: 'second', keys: [{ field: 'second', part: 'value' }] },
    { name: 'third', keys: [{ field: 'third', part: 'value' }] },
  ],
  prior: { partnersPerRecord: 1 },
  thresholds: { keep: -5000, review: 0, merge: 0 },
  training: { passes: [['first'], ['second'], ['third']], randomPairs: 20_000, blockedPairs: 20_000 },
}

/** Two records of each person; a field agrees within a person with probability `m`, else it is one of 300 values. */
function twins(people: number, m: number) {
  const below = seededInt(7)
  const rows: { id: string; person: number; cells: string[] }[] = []
  for (let person = 0; person < people; person++) {
    const truth = [below(300), below(300), below(300)]
    for (const copy of ['a', 'b']) {
      const cells = truth.map((value) => String(copy === 'a' || below(1000) < m * 1000 ? value : below(300)))
      rows.push({ id: `${copy}${String(person).padStart(5, '0')}`, person, cells })
    }
  }
  return rows
}

function tableOfRows(rows: ReturnType<typeof twins>): Table {
  const builder = new TableBuilder(parseModel(small))
  const columns = ['first', 'second', 'third']
  for (const { id, cells } of rows) builder.add(id, (column) => cells[columns.indexOf(column)]!)
  return builder.build()
}

async function clustersOf(rows: ReturnType<typeof twins>, model: ModelInput, train: boolean) {
  const table = tableOfRows(rows)
  const linked = await linkRecords(parseModel(model), table, { workers: 0, train })
  const clusters = new Map<number, string[]>()
  linked.clustering.clusterOf.forEach((root, record) => {
    clusters.set(root, [...(clusters.get(root) ?? []), table.ids.get(record)].sort())
  })
  return { linked, clusters: [...clusters.values()].map(String).sort() }
}

const rows = twins(1000, 0.9)

test('training without labels finds the agreement that the data were made with', async () => {
  const { linked } = await clustersOf(rows, small, true)
  for (const { levels } of linked.model.comparisons) {
    expect(levels[0]!.m).toBeGreaterThan(0.87)
    expect(levels[0]!.m).toBeLessThan(0.93)
    expect(levels[0]!.u).toBeGreaterThan(0.003)
    expect(levels[0]!.u).toBeLessThan(0.006)
  }
  expect(linked.model.epoch).toBe(1)
})

test('a level marked fixed keeps its m and u in training', async () => {
  const model = structuredClone(small)
  for (const level of model.comparisons[1]!.levels) level.fixed = true
  const { linked } = await clustersOf(rows, model, true)
  expect(linked.model.comparisons[1]!.levels).toEqual(model.comparisons[1]!.levels)
})

test('any order of the records gives the same model and the same clusters', async () => {
  const first = await clustersOf(rows, small, true)
  for (const seed of [1, 2, 3]) {
    const order = shuffle([...rows.keys()], seededInt(seed))
    const again = await clustersOf(
      order.map((i) => rows[i]!),
      small,
      true,
    )
    expect(again.linked.model).toEqual(first.linked.model)
    expect(again.clusters).toEqual(first.clusters)
  }
})

describe('blocking', () => {
  test('a pair that several rules find is compared once', async () => {
    const same = [
      { id: 'a', person: 0, cells: ['x', 'y', 'z'] },
      { id: 'b', person: 0, cells: ['x', 'y', 'z'] },
    ]
    const { linked } = await clustersOf(same, small, false)
    expect(linked.compared).toBe(1)
    expect(linked.blocking.rules.map(({ pairs }) => pairs)).toEqual([1, 1, 1])
  })

  test('a block above the limit is dropped, said, and no reason to skip its pairs in another rule', async () => {
    const crowd = Array.from({ length: 6 }, (_, i) => ({ id: `c${i}`, person: i, cells: ['all', `${i >> 1}`, ''] }))
    const model = structuredClone(small)
    model.blocking[0]!.limit = 5
    const { linked } = await clustersOf(crowd, model, false)
    expect(linked.blocking.dropped).toEqual([{ rule: 'first', records: 6, example: 'c0' }])
    expect(linked.compared).toBe(3)
    expect(linked.wasCompared(0, 1)).toBe(true)
    expect(linked.wasCompared(0, 2)).toBe(false)
  })

  test('a hub value is no key', async () => {
    const office = Array.from({ length: 4 }, (_, i) => ({ id: `h${i}`, person: i, cells: ['office', `${i}`, ''] }))
    const hub = { field: 'first', part: 'value', by: { field: 'second', part: 'value' }, weight: 1000 }
    const found = await clustersOf(office, { ...small, hubs: [{ ...hub, people: 3 }] }, false)
    expect(found.linked.blocking.hubs).toMatchObject([{ field: 'first', value: 'office', people: 4, records: 4 }])
    expect(found.linked.compared).toBe(0)
    const none = await clustersOf(office, { ...small, hubs: [{ ...hub, people: 4 }] }, false)
    expect(none.linked.compared).toBe(6)
  })
})

test('people are found again', async () => {
  const distinct = twins(400, 0.97).map(({ cells, ...row }) => ({
    ...row,
    cells: [`${cells[0]}-${row.person >> 3}`, ...cells.slice(1)],
  }))
  const { linked } = await clustersOf(distinct, small, true)
  const { precision, recall } = evaluate(
    linked.clustering.clusterOf,
    distinct.map(({ person }) => person),
  )
  expect(precision).toBeGreaterThan(0.95)
  expect(recall).toBeGreaterThan(0.9)
})
