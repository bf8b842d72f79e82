import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { transact } from '#libs/database'
import { RecordsConsumer } from './records.consumer.ts'
import { type ResolverForSpecs, ResolverWorld, uuidOf } from './resolver-for-specs.ts'

let world: ResolverWorld
let resolver: ResolverForSpecs

beforeAll(async () => {
  world = await ResolverWorld.begin()
  resolver = await world.resolver()
})

afterAll(() => world.end())

describe('where a record is placed', () => {
  type Placed = Parameters<RecordsConsumer['onPlaced']>
  const [id, other] = [uuidOf('placed'), uuidOf('placed too')]

  /** Delivers placements in one batch, as [record, revision, federation]; without a revision: of old. */
  const place = (...placements: [string, number | undefined, string][]) => {
    const consumer = new RecordsConsumer(resolver.arrivals, resolver.erasure)
    const events = placements.map(([registrationId, revision, federation]) => ({
      data: { application: { registrationId }, revision, federationPath: [federation, 'wx'] },
    }))
    return transact(resolver.dataSource, (tx) =>
      consumer.onPlaced(events as unknown as Placed[0], { tx } as unknown as Placed[1]),
    )
  }

  const federationOf = async (record: string) => {
    const [{ path }] = await resolver.dataSource.query('select federation_path as path from record where id = $1', [
      record,
    ])
    return path?.[0] ?? null
  }

  beforeAll(() => resolver.take([world.registration(id, { name: '王明' }), world.registration(other, {})]))

  it('is told by the highest revision, in whatever order they come', async () => {
    await place([id, 1, 'wx-by'])
    expect(await federationOf(id)).toBe('wx-by')
    await place([id, 3, 'wx-xw'])
    await place([id, 2, 'wx-hs'])
    await place([id, undefined, 'wx-hs'])
    expect([await federationOf(id), await federationOf(other)]).toEqual(['wx-xw', null])
    await place([id, 5, 'wx-by'], [other, 1, 'wx-by'], [id, 4, 'wx-xw'])
    expect([await federationOf(id), await federationOf(other)]).toEqual(['wx-by', 'wx-by'])
  })

  it('is not forgotten when the record is corrected', async () => {
    await resolver.take([world.registration(id, { name: '王敏' }, 2)], 'correction')
    await place([id, 4, 'wx-xw'])
    expect(await federationOf(id)).toBe('wx-by')
  })
})
