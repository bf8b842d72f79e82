import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { Logger } from '@nestjs/common'
import { transact } from '#libs/database'
import { type ResolverForSpecs, ResolverWorld, strangers, uuidOf } from '../resolver-for-specs.ts'

const [one, another, third] = strangers()
const ids = Array.from({ length: 60 }, (_, n) => uuidOf(`record ${n}`))
const [a, b, c, d] = ids as [string, string, string, string]
const BOUND = 5

let world: ResolverWorld
let resolver: ResolverForSpecs

beforeAll(async () => {
  Logger.overrideLogger(false)
  world = await ResolverWorld.begin()
  resolver = await world.resolver()
})

beforeEach(() => resolver.forgetAll())

afterAll(() => world.end())

const register = (id: string, person: object, version = 1) => world.registration(id, person, version)
const groups = (...all: string[][]) => all.map((each) => each.toSorted()).toSorted()

function read(seeds: string[], maxComponent?: number) {
  return transact(resolver.dataSource, (tx) =>
    resolver.neighbourhoods.lock(
      tx,
      { seeds, partners: { strong: [], weak: [] }, keys: [], maxComponent },
      world.model,
    ),
  )
}

test('a component above the bound is not read; others are, whole', async () => {
  const [large, small] = [ids.slice(0, 50), ids.slice(50, 53)]
  await resolver.take([...large.map((id) => register(id, one!)), ...small.map((id) => register(id, another!))])

  const bounded = await read([a, small[0]!], BOUND)
  expect([...bounded.beyond]).toEqual([a])
  expect(bounded.members.map(({ id }) => id).toSorted()).toEqual([a, ...small].toSorted())
  const unbounded = await read([a])
  expect(unbounded.beyond.size).toBe(0)
  expect(unbounded.members).toHaveLength(large.length)
})

test('who joins a component above the bound waits; who comes beside is decided about', async () => {
  const bounded = await world.resolver({ maxComponent: BOUND })
  await resolver.take(ids.slice(0, 49).map((id) => register(id, one!)))
  const [late, beside] = [ids[55]!, ids[56]!]
  await bounded.take([register(late, one!), register(beside, another!)])
  expect(await resolver.identityOf(late)).toBeUndefined()
  expect(await resolver.identityOf(beside)).toBeDefined()
  const waiting = await resolver.dataSource.query('select record_id as id from deferred_record')
  expect(waiting).toEqual([{ id: late }])
})

test('pairs scored under another epoch count for nothing, whichever number it has', async () => {
  await resolver.take([register(a, one!), register(b, one!)])
  await resolver.dataSource.query('update record set epoch = 7')
  expect((await read([a])).edges).toHaveLength(1)
  await resolver.dataSource.query('update edge set epoch = 7')
  expect((await read([a])).edges).toHaveLength(0)
})

test('evidence that was gathered under another epoch is gathered anew', async () => {
  const evidence = await resolver.evidence.gather([register(a, one!), register(b, one!)], new Date())
  const stale = { ...evidence, model: { ...evidence.model, epoch: evidence.model.epoch + 1 } }
  const change = { cause: 'record' as const, seeds: evidence.seeds, evidence: stale }
  await expect(
    transact(resolver.dataSource, (tx) => resolver.partitioning.recompute(tx, change, new Date())),
  ).rejects.toThrow('another model epoch or key came into force')
})

test('a list that comes late takes no keys from the newer one', async () => {
  const lead = (version: number, person: object) => world.lead(a, person, version)
  await resolver.take([lead(2, one!)])
  await resolver.dataSource.query('update record set epoch = 0')
  await resolver.take([lead(1, another!)])
  await resolver.take([register(b, one!), register(c, another!)])
  expect(await resolver.partition()).toEqual(groups([a, b], [c]))
})

test('of a person at the rim every record is known, also those that nothing joins', async () => {
  const { name, mobile, plate } = one!
  const { residentId } = another!
  // Two records of one person, of which only the second tells the id; a third person who resembles the first record.
  await resolver.take([register(a, { name, mobile, plate }), register(b, { name, mobile, plate, residentId })])
  await resolver.take([register(c, { ...third, residentId: null })])
  await resolver.dataSource.query(
    `insert into edge (lo, hi, lo_version, hi_version, weight, levels, epoch)
     values (least($1::uuid, $2::uuid), greatest($1::uuid, $2::uuid), 1, 1, $3, '{}', $4)`,
    [a, c, world.model.thresholds.review, world.model.epoch],
  )
  const { members } = await read([c])
  expect(
    members
      .filter(({ inside }) => !inside)
      .map(({ id }) => id)
      .toSorted(),
  ).toEqual([a, b].toSorted())
  expect(members.find(({ id }) => id === d)).toBeUndefined()
})

test('the reading is planned once, though nothing is known of the tables yet', async () => {
  await resolver.take([register(a, one!), register(b, one!)])
  const plans = await transact(resolver.dataSource, async (tx) => {
    const start = { seeds: [a], partners: { strong: [], weak: [] }, keys: [] }
    for (let time = 0; time < 8; time++) await resolver.neighbourhoods.lock(tx, start, world.model)
    return tx.query(
      `select generic_plans > 0 as kept, custom_plans::int as anew from pg_prepared_statements
       where name = 'read neighbourhood'`,
    )
  })
  expect(plans).toEqual([{ kept: true, anew: 0 }])
})
