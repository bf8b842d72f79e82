import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { Logger } from '@nestjs/common'
import { transact } from '#libs/database'
import { IdentitiesController } from '../identities.controller.ts'
import { type ResolverForSpecs, ResolverWorld, strangers, uuidOf } from '../resolver-for-specs.ts'
import { DeferredComponents } from './deferred-components.ts'

const [one, another, third] = strangers()
const OPERATOR = { accountId: 'spec', name: 'spec', role: 'operator' as const, federationId: 'all' }
const [a, b, c, d, e] = ['a', 'b', 'c', 'd', 'e'].map(uuidOf)

let world: ResolverWorld
let resolver: ResolverForSpecs

beforeAll(async () => {
  Logger.overrideLogger(false)
  world = await ResolverWorld.begin()
  resolver = await world.resolver()
})

beforeEach(() => resolver.forgetAll())

afterAll(() => world.end())

const register = (id: string | undefined, person: object, version = 1) => world.registration(id!, person, version)
const groups = (...ids: (string | undefined)[][]) => ids.map((each) => each.toSorted()).toSorted()
const saidOf = async (type: string) => (await resolver.events()).filter((event) => event.type === type)

describe('a correction', () => {
  it('moves a record to whom it speaks of now; who had no other record leads there', async () => {
    await resolver.take([register(a, one!), register(b, one!), register(c, another!)])
    const [person, other] = [await resolver.identityOf(a!), await resolver.identityOf(c!)]

    await resolver.take([register(b, another!, 2)], 'correction')
    expect(await resolver.partition()).toEqual(groups([a], [b, c]))
    const [split] = await saidOf('identity.split')
    expect(split?.data).toMatchObject({
      identityId: person,
      otherIdentityId: other,
      otherIsNew: false,
      cause: 'correction',
      registrations: [{ revision: 2, application: { registrationId: b } }],
    })
    expect((await saidOf('identity.resolved')).at(-1)?.data).toMatchObject({
      identityId: other,
      outcome: 'existing',
      reason: 'matched',
      revision: 2,
      application: { registrationId: b },
    })

    await resolver.take([register(a, another!, 2)], 'correction')
    expect(await resolver.partition()).toEqual(groups([a, b, c]))
    expect((await saidOf('identity.merged')).map(({ data }) => data)).toEqual([
      {
        identityId: other,
        retiredIdentityId: person,
        cause: 'correction',
        registrations: [{ registrationId: a, revision: 2 }],
      },
    ])
    expect(await resolver.dataSource.query('select redirect_to as to from identity where id = $1', [person])).toEqual([
      { to: other },
    ])
    expect(await resolver.told()).toEqual(await resolver.stored())
  })

  it('is spoken of even when the record stays whose it is, and leaves no pair of what it said before', async () => {
    await resolver.take([register(a, one!), register(b, one!)])
    await resolver.take([register(b, { ...one, plate: third!.plate }, 2)], 'correction')
    expect((await saidOf('identity.resolved')).map(({ data }) => data.revision)).toEqual([1, 1, 2])
    await resolver.take([register(b, third!, 3)], 'correction')
    expect(await resolver.dataSource.query('select * from edge')).toEqual([])
    expect(await resolver.told()).toEqual(await resolver.stored())
  })
})

describe('an erasure', () => {
  const { name, residentId, mobile } = one!

  it('parts what the record alone held together, and nothing brings it back', async () => {
    const lead = world.lead(b!, { name, residentId, mobile })
    await resolver.take([register(a, { name, mobile }), lead, register(c, { name, residentId })])
    expect(await resolver.partition()).toEqual(groups([a, b, c]))
    await resolver.erase(b!)
    expect(await resolver.partition()).toEqual(groups([a], [c]))
    expect((await saidOf('identity.split')).map(({ data }) => data.cause)).toEqual(['erasure'])
    expect(await resolver.told()).toEqual(await resolver.stored())

    await resolver.take([lead])
    expect(await resolver.partition()).toEqual(groups([a], [c]))
    await expectNoTraceOf(b!)
  })

  it('holds for a list that was delivered while it was under way', async () => {
    const other = await world.resolver()
    let late: Promise<void> | undefined
    await transact(resolver.dataSource, async (tx) => {
      await resolver.erasure.erase(tx, [b!], new Date())
      late = other.take([world.lead(b!, one!), register(a, one!)])
      await resolver.somebodyWaits()
    })
    await late
    expect(await resolver.partition()).toEqual(groups([a]))
    await expectNoTraceOf(b!)
  })

  it('holds when that delivery came to nothing before the erasure was known', async () => {
    await expect(
      transact(resolver.dataSource, async (tx) => {
        await resolver.arrivals.take(tx, [world.lead(b!, one!)], 'record', () => null, new Date())
        throw new Error('killed')
      }),
    ).rejects.toThrow('killed')
    // The erasure of another process did not see the record yet.
    await resolver.dataSource.query('insert into erased_record (id, erased_at) values ($1, now())', [b])
    await resolver.take([world.lead(b!, one!)])
    await expectNoTraceOf(b!)
  })

  it('waits for nothing that its own transaction holds', async () => {
    await resolver.take([register(a, one!), register(b, one!)])
    await transact(resolver.dataSource, async (tx) => {
      await resolver.erasure.erase(tx, [a!], new Date())
      await resolver.arrivals.take(tx, [register(a, one!, 2)], 'correction', () => null, new Date())
      await resolver.arrivals.take(tx, [register(b, another!, 2)], 'correction', () => null, new Date())
    })
    expect(await resolver.partition()).toEqual(groups([b]))
    await expectNoTraceOf(a!)
  })

  it('settles what was suspected of the person', async () => {
    await resolver.take([register(a, one!), register(b, { ...one, residentId: another!.residentId })])
    expect((await saidOf('duplicate.suspected')).map(({ data }) => data.kind)).toEqual(['id_conflict'])
    await resolver.erase(b!)
    expect((await saidOf('duplicate.settled')).map(({ data }) => data.outcome)).toEqual(['no_longer_suspected'])
    expect(await resolver.dataSource.query('select * from review_item')).toEqual([])
  })

  async function expectNoTraceOf(id: string): Promise<void> {
    for (const sql of [
      'select from record where id = $1',
      'select from block_key where record_id = $1',
      'select from edge where $1 in (lo, hi)',
      'select from membership_of_record where record_id = $1',
      'select from deferred_record where record_id = $1',
    ]) {
      expect([sql, await resolver.dataSource.query(sql, [id])]).toEqual([sql, []])
    }
  }
})

it('a record whose keys are there already, though it is not, is stored and found', async () => {
  await resolver.take([register(a, one!)])
  await resolver.dataSource.query('truncate record, membership_of_record, identity_event')
  await resolver.take([register(b, another!), register(a, one!)])
  await resolver.take([register(c, one!)])
  expect(await resolver.partition()).toEqual(groups([a, c], [b]))
})

describe('a component that is too large to be decided while others wait', () => {
  let small: ResolverForSpecs
  let controller: IdentitiesController
  let deferred: DeferredComponents
  const all = [a, b, c, d, e]

  beforeAll(async () => {
    small = await world.resolver({ maxComponent: 3 })
    controller = new IdentitiesController(small.dataSource)
    deferred = new DeferredComponents(small.dataSource, small.records, small.partitioning, small.activeModel)
  })

  beforeEach(() => small.take(all.map((id) => register(id, one!))))

  it('waits, says so, and is decided aside', async () => {
    expect(await small.partition()).toEqual([])
    expect(await small.events()).toEqual([])
    await expect(controller.ofRegistration(a!, OPERATOR)).rejects.toMatchObject({ code: 'waiting_for_large_component' })
    await expect(controller.ofRegistration(uuidOf('unknown'), OPERATOR)).rejects.toMatchObject({
      code: 'no_such_record',
    })
    expect(await controller.count()).toMatchObject({ people: 0, waiting: 5 })

    expect(await deferred.next(new Date())).toBe(true)
    expect(await deferred.next(new Date())).toBe(false)
    expect(await small.partition()).toEqual(groups(all))
    expect(await controller.count()).toMatchObject({ people: 1, waiting: 0 })
    expect((await controller.ofRegistration(a!, OPERATOR)).records).toHaveLength(5)
    expect((await small.told()).size).toBe(5)
    expect(await small.told()).toEqual(await small.stored())
  })

  it('speaks of each correction that waited', async () => {
    await deferred.next(new Date())
    await small.take([register(c, { ...one, plate: null }, 2), register(d, { ...one, plate: null }, 2)], 'correction')
    await deferred.next(new Date())
    const told = await small.told()
    expect(all.map((id) => told.get(id!)?.revision)).toEqual([1, 1, 2, 2, 1])
    expect(told).toEqual(await small.stored())
  })
})

describe('a process that dies after the record is stored and before it is decided', () => {
  const killed = async (id: string | undefined, person: object, version: number) => {
    const cause = version > 1 ? 'correction' : 'record'
    const dying = transact(resolver.dataSource, async (tx) => {
      await resolver.arrivals.take(tx, [register(id, person, version)], cause, () => null, new Date())
      throw new Error('killed')
    })
    await expect(dying).rejects.toThrow('killed')
  }

  it('leaves a record that is decided when its event comes again', async () => {
    await killed(a, one!, 1)
    expect(await resolver.partition()).toEqual([])
    await resolver.take([register(a, one!)])
    expect(await resolver.told()).toEqual(new Map([[a, expect.objectContaining({ revision: 1 })]]))
  })

  it('leaves a record that others find; its own event then changes nothing more', async () => {
    await killed(a, one!, 1)
    await resolver.take([register(b, one!)])
    expect(await resolver.partition()).toEqual(groups([a, b]))
    const said = (await resolver.events()).length
    await resolver.take([register(a, one!)])
    expect(await resolver.events()).toHaveLength(said)
    expect(await resolver.told()).toEqual(await resolver.stored())
  })

  it('leaves a correction that counts once its event comes again', async () => {
    await resolver.take([register(a, one!), register(b, one!), register(c, another!)])
    await killed(b, another!, 2)
    await resolver.take([register(d, one!)])
    await resolver.take([register(b, one!), register(b, another!, 2)], 'correction')
    expect(await resolver.partition()).toEqual(groups([a, d], [b, c]))
    expect(await resolver.told()).toEqual(await resolver.stored())
  })
})
