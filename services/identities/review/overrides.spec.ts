import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { uuidOf } from '../resolver-for-specs.ts'
import { ReviewWorld, wangs } from './review-for-specs.ts'

const CITY_ADMIN = { role: 'admin', federationId: 'wx' } as const

let world: ReviewWorld

beforeAll(async () => {
  world = await ReviewWorld.begin()
})

afterAll(() => world.end())

describe('two valid, different resident ids', () => {
  it('take two different people to be one', async () => {
    const { a, b, x, y, path } = await world.conflicting()
    expect(await world.post(`${path}/accept`)).toMatchObject({ status: 409, json: { code: 'override_needed' } })
    const proposed = await world.post(`${path}/override`, { reason: 'the police gave a new number' })
    expect(proposed).toMatchObject({ status: 200, json: { outcome: null, proposal: { proposedBy: 'test operator' } } })
    expect((await world.get(path)).json.proposal).toEqual(proposed.json.proposal)
    expect(await world.post(`${path}/override`)).toMatchObject({ status: 409, json: { code: 'second_person_needed' } })
    expect(await world.identityOf(b)).toBe(y)
    const confirmed = await world.post(`${path}/override`, { reason: 'saw both cards' }, CITY_ADMIN)
    expect(confirmed).toMatchObject({ status: 200, json: { outcome: { identities: [{ identityId: x }] } } })
    expect([await world.identityOf(a), await world.identityOf(b)]).toEqual([x, x])
    const [judgement] = (await world.get(`/api/identities/${x}`)).json.judgements
    expect(judgement).toMatchObject({ kind: 'override', actorName: 'test admin', proposedBy: 'test operator' })
  })

  it('stay apart when the proposal is withdrawn, expired, or about other records', async () => {
    const { mobile, path, x, residentId } = await world.conflicting()
    const confirm = () => world.post(`${path}/override`, { reason: 'saw both cards' }, CITY_ADMIN)
    await world.post(`${path}/override`)
    expect((await world.post(`${path}/override/withdraw`, {})).status).toBe(200)
    expect(await world.post(`${path}/override/withdraw`, {})).toMatchObject({ status: 409 })
    expect((await confirm()).json.outcome).toBeNull()
    await world.dataSource.query(`update override_proposal set expires_at = now() where ended_at is null`)
    expect((await world.get(path)).json.proposal).toBeNull()
    expect((await world.post(`${path}/override`)).json.outcome).toBeNull()
    expect(await world.registers(uuidOf(`again ${mobile}`), { name: '赵铁柱', mobile, residentId })).toBe(x)
    expect((await confirm()).json.outcome).toBeNull()
  })

  it('stay apart when one of them is corrected before the second person confirms', async () => {
    const { a, b, mobile, path, residentId } = await world.conflicting()
    await world.post(`${path}/override`)
    await world.corrects(a, { name: '赵铁柱', mobile, residentId: world.residentId() }, 2)
    expect((await world.get(path)).json.proposal).toBeNull()
    const answer = await world.post(`${path}/override`, { reason: 'saw both cards' }, CITY_ADMIN)
    expect(answer).toMatchObject({ status: 200, json: { outcome: null, proposal: { proposedBy: 'test admin' } } })
    await world.corrects(a, { name: '赵铁柱', mobile, residentId }, 3)
    expect((await world.post(`${path}/override`)).json.outcome).toBeNull()
    expect(await world.identityOf(a)).not.toBe(await world.identityOf(b))
  })

  it('are one person’s only as long as they stand as the two decided', async () => {
    const { a, b, x, y, mobile, path, residentId, otherId } = await world.conflicting()
    await world.post(`${path}/override`)
    await world.post(`${path}/override`, { reason: 'saw both cards' }, CITY_ADMIN)
    expect(await world.identityOf(b)).toBe(x)
    const said = { name: '赵铁柱', mobile }
    await world.corrects(a, { ...said, residentId, plate: '苏B12345' }, 2)
    expect(await world.identityOf(a)).toBe(await world.identityOf(b))
    await world.corrects(a, { ...said, residentId: world.residentId() }, 3)
    expect([await world.identityOf(a), await world.identityOf(b)].toSorted()).toEqual([x, y].toSorted())
    expect((await world.get(path)).json).toMatchObject({ kind: 'id_conflict', proposal: null })
    const apart = await world.state()
    await world.rebuild()
    expect(await world.state()).toEqual(apart)
    await world.corrects(a, { ...said, residentId }, 4)
    expect(await world.identityOf(a)).toBe(await world.identityOf(b))
    await world.corrects(b, { ...said, residentId: world.residentId() }, 2)
    expect(await world.identityOf(a)).not.toBe(await world.identityOf(b))
    await world.corrects(b, { ...said, residentId: otherId }, 3)
    const together = await world.state()
    await world.rebuild()
    expect(await world.state()).toEqual(together)
    expect(await world.identityOf(a)).toBe(await world.identityOf(b))
  })

  it('stay one person’s when the blind keys of their ids are made anew', async () => {
    const { a, b, x, path } = await world.conflicting()
    await world.post(`${path}/override`)
    await world.post(`${path}/override`, { reason: 'saw both cards' }, CITY_ADMIN)
    // As if all that is blinded had been so under an earlier key.
    const under = (column: string) => `${column} = decode(md5(encode(${column}, 'hex')), 'hex')`
    await world.dataSource.query(`update record set ${under('exclusive_key')}`)
    await world.dataSource.query(`update decision set ${under('lo_exclusive')}, ${under('hi_exclusive')}`)
    await world.rebuild()
    await world.resolver.recompute(a)
    expect([await world.identityOf(a), await world.identityOf(b)]).toEqual([x, x])
  })

  it('are seen as such while the suspicion was found before them', async () => {
    const { a, b, mobile, path } = await world.suspected()
    const [one, other] = wangs(mobile)
    await world.corrects(a, { ...one.person, residentId: world.residentId() }, 2, one.residence)
    const corrected = { ...other.person, residentId: world.residentId() }
    await world.records(b, corrected, { version: 2, residence: other.residence })
    expect(await world.post(`${path}/accept`)).toMatchObject({ status: 409, json: { code: 'override_needed' } })
    expect(await world.post(`${path}/override`)).toMatchObject({ status: 200, json: { outcome: null } })
  })

  it('are shown as such, too', async () => {
    const { path } = await world.conflicting()
    await world.dataSource.query(`update review_item set kind = 'likely'`)
    const { kind, conflicts } = (await world.get(path)).json
    expect([kind, conflicts[0].code]).toEqual(['id_conflict', 'resident_id.conflict'])
  })

  it('is no way around a plain suspicion', async () => {
    const { path } = await world.suspected()
    expect(await world.post(`${path}/override`)).toMatchObject({ status: 409, json: { code: 'no_override_needed' } })
  })
})
