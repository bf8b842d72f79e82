import { expect, it } from '@jest/globals'
import { Random } from '#libs/testing'
import { changeOf } from '../partition/decide-partition.ts'
import type { Member } from '../partition/neighbourhood.ts'
import { uuidOf } from '../resolver-for-specs.ts'
import { numbersOf, partsOf } from './bulk-change.ts'

/** Records of people of up to three, most of whom are mixed up with others. */
function mixedUp(size: number) {
  const random = new Random(3)
  const members = Array.from({ length: size }, (_, at): Member => {
    const identityId = at % 7 === 0 ? null : uuidOf(`person ${Math.floor(at / 3)}`)
    return {
      id: uuidOf(`record ${at}`),
      kind: 'registration',
      version: 1,
      exclusive: null,
      identityId,
      revision: 1,
      inside: true,
    }
  })
  const clusters = new Map<number, string[]>()
  for (const [at, { id }] of members.entries()) {
    const cluster = Math.floor(at / 3) + (random.chance(0.3) ? 1 : 0)
    clusters.set(cluster, [...(clusters.get(cluster) ?? []), id].sort())
  }
  let fresh = 0
  return changeOf([...clusters.values()], members, new Map(), () => uuidOf(`new ${fresh++}`))
}

it('cuts a large change so that whoever records move between is told of together', () => {
  const change = {
    ...mixedUp(6000),
    suspicions: [{ lo: 'a', hi: 'b', kind: 'likely' as const, weight: 2000 }],
    deferred: [],
  }
  expect(change.retired.length).toBeGreaterThan(0)
  expect(change.created.length).toBeGreaterThan(0)
  const parts = partsOf(change)
  const last = parts.at(-1)!
  const others = parts.slice(0, -1)
  expect(others.length).toBeGreaterThan(1)
  for (const what of ['clusters', 'moves', 'created', 'retired'] as const) {
    const all: unknown[] = others.flatMap((part): readonly unknown[] => part[what])
    expect(all).toHaveLength(change[what].length)
    expect(new Set(all)).toEqual(new Set<unknown>(change[what]))
  }
  for (const { clusters, moves, retired } of others) {
    const own = new Set(clusters.flatMap(({ members }) => members.map(({ id }) => id)))
    const identities = new Set(clusters.map(({ identityId }) => identityId))
    expect(moves.every(({ record, to }) => own.has(record.id) && identities.has(to))).toBe(true)
    expect(retired.every(({ redirectTo }) => identities.has(redirectTo))).toBe(true)
  }
  expect(last).toMatchObject({ clusters: [], moves: [], suspicions: change.suspicions, retired: change.retired })
})

it('counts people who became one as merges, and records that left a person who stays as splits', () => {
  const person = (id: string, identityId: string): Member => {
    return { id, kind: 'lead', version: 1, exclusive: null, identityId, revision: 1, inside: true }
  }
  const members = [person('a', 'x'), person('b', 'x'), person('c', 'y'), person('d', 'z'), person('e', 'z')]
  const change = {
    ...changeOf([['a', 'b', 'c'], ['d'], ['e']], members, new Map(), () => 'new'),
    suspicions: [{ lo: 'x', hi: 'z', kind: 'likely' as const, weight: 2000 }],
    deferred: [],
  }
  const items = [{ lo: 'x', hi: 'y' }]
  expect(numbersOf({ change }, { before: 3, after: 3, records: 5 }, items)).toEqual({
    records: 5,
    peopleBefore: 3,
    peopleAfter: 3,
    merges: 1,
    splits: 1,
    moved: 2,
    newReviewItems: 1,
    settledReviewItems: 1,
  })
})
