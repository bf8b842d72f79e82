import { afterAll, beforeAll, beforeEach, expect, it, jest } from '@jest/globals'
import { Logger } from '@nestjs/common'
import { generateCampaign, Random } from '#libs/testing'
import { type ResolverForSpecs, ResolverWorld, strangers, uuidOf } from '../resolver-for-specs.ts'
import { judged, revoked } from './partition-for-specs.ts'
import type { Suspicion } from './suspicions.ts'

let world: ResolverWorld
let resolver: ResolverForSpecs

beforeAll(async () => {
  Logger.overrideLogger(false)
  world = await ResolverWorld.begin()
  resolver = await world.resolver()
})

beforeEach(() => resolver.forgetAll())

afterAll(() => world.end())

const [one, another] = strangers()
const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(uuidOf) as [string, string, string, string]

it('a merge that is undone leaves everything as it was, both ids too', async () => {
  await resolver.take([a, b].map((id) => world.registration(id, { ...one!, residentId: null })))
  await resolver.take([c, d].map((id) => world.registration(id, another!)))
  const before = await state()
  const undo = await judge('must', a, c)
  expect(await resolver.partition()).toEqual([[a, b, c, d].sort()])
  await undo()
  expect(await state()).toEqual(before)
  expect(await resolver.told()).toEqual(await resolver.stored())
})

it('a split that is undone leaves everything as it was', async () => {
  await resolver.take([a, b, c].map((id) => world.registration(id, one!)))
  const before = await state()
  const undo = await judge('cannot', a, b)
  expect(await resolver.partition()).toHaveLength(2)
  await undo()
  expect(await state()).toEqual(before)
  expect(await resolver.told()).toEqual(await resolver.stored())
})

it('a merge that ids forbid is told to whoever runs the service, by record', async () => {
  await resolver.take([world.registration(a, one!), world.registration(c, another!)])
  const warn = jest.spyOn(Logger.prototype, 'warn')
  await judge('must', a, c)
  expect(await resolver.partition()).toHaveLength(2)
  const [lo, hi] = [a, c].sort()
  expect(warn).toHaveBeenCalledWith(expect.objectContaining({ lo, hi }))
  warn.mockRestore()
})

it.each([1, 2, 3, 4, 5, 6, 7, 8])('any one judgement is undone exactly, ids too (seed %i)', async (seed) => {
  const random = new Random(seed)
  const ids = await takeCampaign(seed)
  const before = await state()
  for (let step = 0; step < 20; step++) {
    const undo = await judge(...nextJudgement(random, ids, await resolver.partition()))
    await undo()
    expect(await state()).toEqual(before)
  }
  expect(await resolver.told()).toEqual(await resolver.stored())
})

// Ids carry history: among judgements that build on one another an undoing may leave another id on a part.
it.each([1, 2, 3, 4, 5, 6, 7, 8])(
  'many judgements undone in any order leave the people as they were (seed %i)',
  async (seed) => {
    const random = new Random(seed)
    const ids = await takeCampaign(seed)
    const before = withoutIds(await state())
    const undoings: (() => Promise<void>)[] = []
    for (let step = 0; step < 20; step++) {
      undoings.push(await judge(...nextJudgement(random, ids, await resolver.partition())))
    }
    for (const undo of random.shuffled(undoings)) await undo()
    expect(withoutIds(await state())).toEqual(before)
    expect(await resolver.told()).toEqual(await resolver.stored())
  },
)

async function takeCampaign(seed: number): Promise<string[]> {
  const { records } = generateCampaign({ drivers: 25, duplicates: 0.6, seed })
  const ids = records.map((_, at) => uuidOf(`record ${at}`))
  await resolver.take(
    records.map(({ answers: { name, mobile, plate, residentId } }, at) =>
      world.registration(ids[at]!, { name, mobile, plate, residentId: at % 3 === 0 ? residentId : null }),
    ),
  )
  return ids
}

/** Joins two records, or parts two that are one person now. */
function nextJudgement(random: Random, ids: readonly string[], people: readonly string[][]) {
  const several = people.filter(({ length }) => length > 1)
  const [kind, from] =
    random.chance(0.5) && several.length > 0 ? (['cannot', random.pick(several)] as const) : (['must', ids] as const)
  const [x, y] = random.shuffled(from)
  return [kind, x!, y!] as const
}

/** Decides as a person does, and returns what revokes it. */
async function judge(kind: 'must' | 'cannot', x: string, y: string): Promise<() => Promise<void>> {
  const { dataSource } = resolver
  const judgement = await judged(dataSource, kind, x, y)
  await resolver.recompute(x, y)
  return async () => {
    await revoked(dataSource, judgement)
    await resolver.recompute(x, y)
  }
}

/** The same with each identity called by its lowest record. */
function withoutIds({ memberships, identities, suspicions, ...rest }: Awaited<ReturnType<typeof state>>) {
  const names = new Map(memberships.toReversed().map(({ record_id, identity_id }) => [identity_id, record_id]))
  return {
    ...rest,
    memberships: memberships.map(({ record_id, identity_id }) => [record_id, names.get(identity_id)]),
    identities: identities.length,
    suspicions: suspicions
      .map(({ lo, hi, kind, weight }) => [...[names.get(lo)!, names.get(hi)!].sort(), kind, weight].join())
      .sort(),
  }
}

/** All that is derived from records and decisions, without revisions and history. */
async function state() {
  const query = <Row extends object>(sql: string): Promise<Row[]> => resolver.dataSource.query(sql)
  return {
    memberships: await query<{ record_id: string; identity_id: string }>(
      'select record_id, identity_id from membership_of_record order by 1',
    ),
    identities: await query('select id, created_at, redirect_to from identity where retired_at is null order by id'),
    edges: await query('select * from edge order by lo, hi'),
    suspicions: await query<Suspicion>('select lo, hi, kind, weight from review_item order by 1, 2'),
    waiting: await query('select record_id from deferred_record'),
    hubs: await query('select key from hub order by 1'),
  }
}
