import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { clusteringOptionsOf, type Model, type PartitionDecision, parseModel, partition } from '#libs/linkage'
import { firstEpoch } from '../evidence/active-model.ts'
import { uuidOf } from '../resolver-for-specs.ts'
import { LinkedRecords } from './linked-records.ts'
import { WholeClustering } from './whole-clustering.ts'

const SIZE = 12
const model = withSmallComponents()
const ids = Array.from({ length: SIZE }, (_, n) => uuidOf(`record ${n}`))

const nat = fc.nat(SIZE - 1)
const pair = fc.tuple(nat, nat).filter(([x, y]) => x !== y)
const pairs = fc.uniqueArray(fc.record({ ends: pair, weight: fc.integer({ min: -20_000, max: 30_000 }) }), {
  maxLength: 24,
  selector: ({ ends: [x, y] }) => `${Math.min(x, y)} ${Math.max(x, y)}`,
})
const decisions = fc.uniqueArray(
  fc.record({ ends: pair, kind: fc.constantFrom('must' as const, 'cannot' as const), override: fc.boolean() }),
  { maxLength: 5, selector: ({ ends: [x, y] }) => `${Math.min(x, y)} ${Math.max(x, y)}` },
)
/** What is there at one moment: whose version is which, what the pairs among all are, what people decided. */
const step = fc.record({
  present: fc.uniqueArray(nat),
  again: fc.uniqueArray(nat),
  pairs,
  decisions,
  hub: fc.boolean(),
})

it('makes the people that a clustering of everything makes, whatever changed since the last time', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.option(nat), { minLength: SIZE, maxLength: SIZE }),
      fc.array(step, { maxLength: 4 }),
      run,
    ),
    { numRuns: 200 },
  )
})

async function run(
  exclusives: (number | null)[],
  steps: readonly (typeof step extends fc.Arbitrary<infer T> ? T : never)[],
) {
  const records = new LinkedRecords(model, new Set())
  const clustering = new WholeClustering()
  const weights = new Map<string, number>()
  for (const { present, again, pairs: all, decisions: decided, hub } of steps) {
    const old = ids.filter((id, n) => records.position.has(id) && (!present.includes(n) || again.includes(n)))
    await records.remove(old)
    for (const key of [...weights.keys()]) if (old.some((id) => key.includes(id))) weights.delete(key)
    const fresh = present.filter((n) => !records.position.has(ids[n]!))
    for (const n of fresh) add(records, n, exclusives[n]!)
    for (const { ends, weight } of all) {
      const [a, b] = ends.map((n) => records.position.get(ids[n]!))
      if (a === undefined || b === undefined || !ends.some((n) => fresh.includes(n))) continue
      const levels = new Int8Array(model.comparisons.length)
      records.learn(a, b, weight, levels)
      weights.set(
        ends
          .map((n) => ids[n])
          .sort()
          .join(' '),
        weight,
      )
    }
    if (hub) records.hubChanges += 1
    const stated = decided.map(({ ends: [x, y], ...rest }) => ({ a: ids[x]!, b: ids[y]!, ...rest }))
    const there = ids.filter((id) => records.position.has(id))
    const expected = partition(
      there.map((id) => ({ id, exclusive: exclusiveOf(exclusives[ids.indexOf(id)]!) ?? undefined })),
      [...weights].map(([key, weight]) => ({ a: key.split(' ')[0]!, b: key.split(' ')[1]!, weight })),
      stated,
      clusteringOptionsOf(model),
    )
    const found = await clustering.cluster(records, stated)
    expect(peopleOf(records, found.clusterOf)).toEqual(expected.clusters)
    expect(textsOf(found.conflicts)).toEqual(textsOf(expected.conflicts))
    expect(found.oversized.map(({ records: some }) => [...some].sort()).sort()).toEqual(
      expected.oversized.map(({ records: some }) => [...some].sort()).sort(),
    )
    expect([...records.idsInOrder()]).toEqual([...there].sort())
  }
}

function add(records: LinkedRecords, n: number, exclusive: number | null): void {
  const lead = {
    leadId: ids[n]!,
    version: 1,
    platform: 'p',
    listedAt: '',
    household: null,
    residence: null,
    sealed: '',
  }
  const value = exclusiveOf(exclusive)
  records.add({
    content: { kind: 'lead', id: ids[n]!, version: 1, lead },
    keys: [],
    exclusive: value === null ? null : Buffer.from(value, 'hex'),
  })
}

/** Three different ids. */
function exclusiveOf(value: number | null): string | null {
  return value === null ? null : `0${value % 3}`
}

function peopleOf(records: LinkedRecords, clusterOf: Int32Array): string[][] {
  const people = new Map<number, string[]>()
  for (const [id, at] of records.position) people.set(clusterOf[at]!, [...(people.get(clusterOf[at]!) ?? []), id])
  return [...people.values()].map((some) => some.sort()).sort(([x], [y]) => (x! < y! ? -1 : 1))
}

function textsOf(conflicts: readonly PartitionDecision[]): string[] {
  return conflicts.map(({ a, b }) => [a, b].sort().join(' ')).sort()
}

function withSmallComponents(): Model {
  const first = firstEpoch()
  return parseModel({ ...first, clustering: { ...first.clustering, maxComponent: 6 } })
}
