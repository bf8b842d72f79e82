import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { uuidOf } from '../resolver-for-specs.ts'
import { ReviewWorld, wangs } from './review-for-specs.ts'

const CITY_ADMIN = { role: 'admin', federationId: 'wx' } as const
const DISTRICT_ADMIN = { role: 'admin', federationId: 'wx-xw' } as const

let world: ReviewWorld

beforeAll(async () => {
  world = await ReviewWorld.begin()
})

afterAll(() => world.end())

describe('authority', () => {
  const apart = [
    ['wx-xw', 'wx'],
    ['wx-by', 'wx'],
  ]

  it('has to reach over both sides', async () => {
    const { path } = await world.suspected(apart)
    const mine = await world.suspected()
    const listed = async (as: Parameters<ReviewWorld['get']>[1]) =>
      (await world.get('/api/identities/review-items?limit=200', as)).json.items.map(
        (item: { lo: string; hi: string }) => world.item(item.lo, item.hi),
      )
    expect(await listed(CITY_ADMIN)).toEqual(expect.arrayContaining([path, mine.path]))
    expect(await listed(DISTRICT_ADMIN)).toContain(mine.path)
    expect(await listed(DISTRICT_ADMIN)).not.toContain(path)
    for (const what of ['accept', 'reject', 'override', 'lease', 'disclose']) {
      expect((await world.post(`${path}/${what}`, undefined, DISTRICT_ADMIN)).status).toBe(403)
    }
    expect((await world.get(path, DISTRICT_ADMIN)).status).toBe(403)
    expect((await world.get(`${path}/waterfall.svg`, DISTRICT_ADMIN)).status).toBe(403)
    expect((await world.post(`${path}/accept`, undefined, CITY_ADMIN)).status).toBe(200)
  })

  it('is needed to undo, to split and to choose', async () => {
    const { path, x, a } = await world.suspected(apart)
    const { judgementId } = (await world.post(`${path}/accept`)).json
    const undo = `/api/identities/judgements/${judgementId}/undo`
    const split = { recordIds: [a], reason: 'for a test' }
    expect((await world.post(undo, undefined, DISTRICT_ADMIN)).status).toBe(403)
    expect((await world.post(`/api/identities/${x}/split`, split, DISTRICT_ADMIN)).status).toBe(403)
    const choice = { field: 'name', recordId: a }
    expect((await world.post(`/api/identities/${x}/survivors`, choice, DISTRICT_ADMIN)).status).toBe(403)
    expect((await world.get(`/api/identities/${x}`, DISTRICT_ADMIN)).json.mayDecide).toBe(false)
    expect((await world.get(`/api/identities/${x}`, { role: 'admin', federationId: 'sz' })).status).toBe(403)
    expect((await world.get('/api/identities/hubs', CITY_ADMIN)).status).toBe(403)
    expect((await world.get('/api/identities/review-items', { role: 'steward', federationId: 'wx' })).status).toBe(403)
  })

  it('is needed to see whose a registration is', async () => {
    const { a, x } = await world.suspected(apart)
    const seen = (federationId: string) =>
      world.get(`/api/identities/of-registration/${a}`, { role: 'admin', federationId })
    expect(await seen('wx-xw')).toMatchObject({ status: 200, json: { identityId: x } })
    expect(await seen('wx-by')).toMatchObject({ status: 403, json: { code: 'not_allowed' } })
  })

  it('over leads alone is an operator’s', async () => {
    const mobile = world.mobile()
    const [one, other] = wangs(mobile)
    const x = await world.listed(uuidOf(`lead ${mobile}`), one.person, one.residence)
    const y = await world.registers(uuidOf(`of lead ${mobile}`), other.person, { residence: other.residence })
    const path = world.item(x, y)
    expect((await world.post(`${path}/accept`, undefined, CITY_ADMIN)).status).toBe(403)
    expect((await world.post(`${path}/accept`)).status).toBe(200)
  })
})

describe('a lease', () => {
  it('keeps others out until it ends', async () => {
    const { path } = await world.suspected()
    const taken = await world.post(`${path}/lease`, {})
    expect(taken).toMatchObject({ status: 200, json: { leasedBy: 'test operator' } })
    const refused = {
      status: 409,
      json: { code: 'review_item_leased', leasedBy: 'test operator', until: taken.json.until },
    }
    expect(await world.post(`${path}/lease`, {}, CITY_ADMIN)).toMatchObject(refused)
    expect(await world.post(`${path}/accept`, undefined, CITY_ADMIN)).toMatchObject(refused)
    expect((await world.get(path, CITY_ADMIN)).json).toMatchObject({ leasedBy: 'test operator' })
    const longer = await world.post(`${path}/lease`, {})
    expect(longer.json.until > taken.json.until).toBe(true)
    await world.post(`${path}/release`, {}, CITY_ADMIN)
    expect((await world.post(`${path}/lease`, {}, CITY_ADMIN)).status).toBe(409)
    await world.dataSource.query('update review_lease set until = now()')
    expect(await world.post(`${path}/lease`, {}, CITY_ADMIN)).toMatchObject({ json: { leasedBy: 'test admin' } })
    await world.post(`${path}/release`, {}, CITY_ADMIN)
    expect((await world.post(`${path}/accept`)).status).toBe(200)
    expect(await world.dataSource.query('select from review_lease where until > now()')).toHaveLength(0)
  })
})
