import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { combineHashes, hashText } from '../memory/hash.ts'
import { type PartitionDecision, type PartitionEdge, type PartitionRecord, partition } from './partition.ts'

const options = { merge: 1000, missing: -3000, maxComponent: 100 }

interface World {
  readonly records: readonly PartitionRecord[]
  readonly edges: readonly PartitionEdge[]
  readonly decisions: readonly PartitionDecision[]
}

const ids = Array.from({ length: 9 }, (_, i) => `r${i}`)
const pair = fc.uniqueArray(fc.constantFrom(...ids), { minLength: 2, maxLength: 2 }).map(([a, b]) => ({ a: a!, b: b! }))
const samePair = (x: { a: string; b: string }) => [x.a, x.b].sort().join()
const world: fc.Arbitrary<World> = fc.record({
  records: fc
    .array(fc.option(fc.constantFrom('A', 'B', 'C'), { freq: 2, nil: undefined }), { minLength: 9, maxLength: 9 })
    .map((values) => ids.map((id, i) => ({ id, exclusive: values[i] }))),
  // Few different weights, so that ties are common.
  edges: fc.uniqueArray(
    fc.tuple(pair, fc.constantFrom(-5000, 500, 1000, 4000, 9000)).map(([ends, weight]) => ({ ...ends, weight })),
    { selector: samePair, maxLength: 24 },
  ),
  decisions: fc.uniqueArray(
    fc
      .tuple(pair, fc.constantFrom('must', 'cannot'), fc.boolean())
      .map(([ends, kind, override]): PartitionDecision => ({ ...ends, kind, override: kind === 'must' && override })),
    { selector: samePair, maxLength: 5 },
  ),
})

const run = ({ records, edges, decisions }: World) => partition(records, edges, decisions, options)
const clusterOf = (clusters: readonly (readonly string[])[], id: string) => clusters.find((ids) => ids.includes(id))!

test('any order of records, edges and decisions, either end first, gives the same partition', () => {
  const shuffledWorld = world.chain((given) =>
    fc.record({
      given: fc.constant(given),
      shuffled: fc.record({
        records: fc.shuffledSubarray([...given.records], { minLength: given.records.length }),
        edges: fc
          .shuffledSubarray([...given.edges], { minLength: given.edges.length })
          .map((edges) => edges.map((edge, i) => (i % 2 ? edge : { ...edge, a: edge.b, b: edge.a }))),
        decisions: fc.shuffledSubarray([...given.decisions], { minLength: given.decisions.length }),
      }),
    }),
  )
  fc.assert(
    fc.property(shuffledWorld, ({ given, shuffled }) => {
      expect(run(shuffled).clusters).toEqual(run(given).clusters)
      expect(new Set(run(shuffled).conflicts.map(samePair))).toEqual(new Set(run(given).conflicts.map(samePair)))
    }),
    { numRuns: 500 },
  )
})

test('every record is in exactly one cluster', () => {
  fc.assert(
    fc.property(world, (given) => {
      expect(run(given).clusters.flat().sort()).toEqual(ids)
    }),
  )
})

test('no cluster crosses a cannot-link, none has two exclusive values without an override, must-links hold or are reported', () => {
  fc.assert(
    fc.property(world, (given) => {
      const { clusters, conflicts } = run(given)
      const reported = new Set(conflicts.map(samePair))
      for (const decision of given.decisions) {
        const together = clusterOf(clusters, decision.a) === clusterOf(clusters, decision.b)
        if (decision.kind === 'cannot') expect(together).toBe(false)
        else expect(together !== reported.has(samePair(decision))).toBe(true)
      }
      if (given.decisions.some(({ override }) => override)) return
      for (const cluster of clusters) {
        const values = given.records.filter(({ id, exclusive }) => exclusive && cluster.includes(id))
        expect(new Set(values.map(({ exclusive }) => exclusive)).size).toBeLessThanOrEqual(1)
      }
    }),
    { numRuns: 500 },
  )
})

test('each component by itself gives what the whole gives', () => {
  fc.assert(
    fc.property(world, (given) => {
      const whole = run(given).clusters
      const component = componentOf(given, 'r0')
      const part = run({ ...given, records: given.records.filter(({ id }) => component.has(id)) }).clusters
      expect(part).toEqual(whole.filter((cluster) => component.has(cluster[0]!)))
    }),
  )
})

/** Records joined to the first by edges of at least `merge` and must-links. */
function componentOf({ edges, decisions }: World, first: string): Set<string> {
  const links = [
    ...edges.filter(({ weight }) => weight >= options.merge),
    ...decisions.filter(({ kind }) => kind === 'must'),
  ]
  const found = new Set([first])
  for (let size = 0; size < found.size; ) {
    size = found.size
    for (const { a, b } of links) if (found.has(a) || found.has(b)) found.add(a).add(b)
  }
  return found
}

test('the merges are those of the definition, computed naively', () => {
  fc.assert(
    fc.property(world, (given) => {
      const plain = { records: ids.map((id) => ({ id })), edges: given.edges, decisions: [] }
      expect(run(plain).clusters).toEqual(naive(given.edges))
    }),
    { numRuns: 500 },
  )
})

/** Average linkage as written down: every cross pair looked at for every edge. */
function naive(edges: readonly PartitionEdge[]): string[][] {
  const weights = new Map(edges.map((edge) => [samePair(edge), edge.weight]))
  let clusters = ids.map((id) => [id])
  const tie = ({ a, b }: PartitionEdge) => {
    const [x, y] = [hashText(a), hashText(b)].sort((one, other) => one - other)
    return combineHashes(x!, y!)
  }
  for (const { a, b } of [...edges].sort((x, y) => y.weight - x.weight || tie(x) - tie(y))) {
    const [x, y] = [clusterOf(clusters, a), clusterOf(clusters, b)] as [string[], string[]]
    if (x === y) continue
    let sum = 0
    for (const p of x) {
      for (const q of y) {
        const weight = weights.get(samePair({ a: p, b: q }))
        sum += weight === undefined ? options.missing : weight - options.merge
      }
    }
    if (sum >= 0) clusters = [...clusters.filter((cluster) => cluster !== x && cluster !== y), [...x, ...y].sort()]
  }
  return clusters.sort((x, y) => (x[0]! < y[0]! ? -1 : 1))
}

describe('decisions', () => {
  const records = [{ id: 'a', exclusive: 'X' }, { id: 'b' }, { id: 'c', exclusive: 'Y' }]
  const edges = [
    { a: 'a', b: 'b', weight: 9000 },
    { a: 'b', b: 'c', weight: 8000 },
  ]

  test('the stronger edge wins where exclusive values forbid both', () => {
    expect(partition(records, edges, [], options).clusters).toEqual([['a', 'b'], ['c']])
  })

  test('a plain must-link does not join different exclusive values, an override does', () => {
    const must = { a: 'a', b: 'c', kind: 'must' } as const
    expect(partition(records, edges, [must], options)).toMatchObject({
      clusters: [['a', 'b'], ['c']],
      conflicts: [must],
    })
    const overridden = partition(records, edges, [{ ...must, override: true }], options)
    expect(overridden).toMatchObject({ clusters: [['a', 'b', 'c']], conflicts: [] })
  })

  test('a cannot-link splits, and revoking it restores the same partition', () => {
    const before = partition(records, edges, [], options)
    const split = partition(records, edges, [{ a: 'a', b: 'b', kind: 'cannot' }], options)
    expect(split.clusters).toEqual([['a'], ['b', 'c']])
    expect(partition(records, edges, [], options)).toEqual(before)
  })
})

test('an oversized component is cut at a higher weight and reported, whatever else is there', () => {
  const chain = Array.from({ length: 30 }, (_, i) => ({ id: `n${String(i).padStart(2, '0')}` }))
  const others = [{ id: 'a' }, { id: 'n05x' }, { id: 'z' }]
  const edges = chain.slice(1).map(({ id }, i) => ({ a: chain[i]!.id, b: id, weight: i % 3 === 2 ? 2000 : 9000 }))
  const small = partition([...chain, ...others], edges, [], { ...options, missing: 0, maxComponent: 5 })
  expect(small.oversized).toEqual([{ records: chain.map(({ id }) => id), cutAt: 3000 }])
  expect(Math.max(...small.clusters.map((cluster) => cluster.length))).toBe(3)
  expect(partition(chain, edges, [], { ...options, missing: 0 }).oversized).toEqual([])
})
