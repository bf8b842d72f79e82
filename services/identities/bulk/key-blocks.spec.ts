import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { KeyBlocks } from './key-blocks.ts'

const LIMITS = [3, 4]
const keysOfRecords = fc.array(
  fc.array(fc.record({ rule: fc.constantFrom(0, 1), value: fc.integer({ min: 0, max: 5 }) }), { maxLength: 4 }),
  { maxLength: 12 },
)

/** Rules never share a key: each blinds with a key of its own. */
function keyOf({ rule, value }: { rule: number; value: number }) {
  return { rule, key: String((BigInt(value) - 3n) * 2n ** 60n + BigInt(rule)) }
}

it('makes candidates of exactly those who share a key that no more records have than its rule allows', async () => {
  await fc.assert(
    fc.asyncProperty(keysOfRecords, fc.uniqueArray(fc.nat(11)), async (records, gone) => {
      const blocks = new KeyBlocks(LIMITS, new Set())
      for (const keys of records) blocks.add(keys.map(keyOf))
      const removed = gone.filter((record) => record < records.length)
      for (const record of removed) blocks.remove(record)
      await blocks.findHubs()
      const has = (record: number) =>
        new Set(removed.includes(record) ? [] : records[record]!.map((each) => JSON.stringify(keyOf(each))))
      const everybody = records.map((_, record) => has(record))
      const count = (key: string) => everybody.filter((keys) => keys.has(key)).length
      const expected = pairsOf(records.length).filter(([a, b]) =>
        [...everybody[a]!].some((key) => everybody[b]!.has(key) && count(key) <= LIMITS[JSON.parse(key).rule]!),
      )
      const found = pairsOf(records.length).filter(([a, b]) => blocks.meet(a, b))
      expect(found).toEqual(expected)
      const inBlocks = new Set(
        (await blocks.ruleKeys()).flatMap(({ sorted }) => {
          const byKey = grouped(sorted)
          return [...byKey.values()].flatMap((block) =>
            block.flatMap((x, at) => block.slice(at + 1).map((y) => `${x & 0xffffffffn} ${y & 0xffffffffn}`)),
          )
        }),
      )
      expect([...inBlocks].sort()).toEqual(expected.map(([a, b]) => `${a} ${b}`).sort())
    }),
  )
})

it('keeps a key a hub when its records leave, and one that was a hub before, or that others found', async () => {
  const blocks = new KeyBlocks([1], new Set(['7']))
  for (const key of ['5', '5', '7', '7']) blocks.add([{ rule: 0, key }])
  expect(await blocks.findHubs()).toEqual([{ key: '5', rule: 0, record: 0 }])
  blocks.remove(1)
  blocks.add([{ rule: 0, key: '5' }])
  expect(await blocks.findHubs()).toEqual([])
  expect([blocks.meet(0, 4), blocks.meet(2, 3)]).toEqual([false, false])
  for (const key of ['8', '8', '9', '9']) blocks.add([{ rule: 0, key }])
  expect([blocks.learnHubs(['7', '8', '10']), blocks.learnHubs(['8'])]).toEqual([true, false])
  for (const key of ['10', '10']) blocks.add([{ rule: 0, key }])
  expect([blocks.meet(5, 6), blocks.meet(7, 8), blocks.meet(9, 10)]).toEqual([false, true, false])
})

function pairsOf(size: number): [number, number][] {
  return Array.from({ length: size }, (_, a) =>
    Array.from({ length: size - a - 1 }, (_, b): [number, number] => [a, a + b + 1]),
  ).flat()
}

function grouped(sorted: BigUint64Array): Map<bigint, bigint[]> {
  const groups = new Map<bigint, bigint[]>()
  for (const each of sorted) groups.set(each >> 32n, [...(groups.get(each >> 32n) ?? []), each])
  return groups
}
