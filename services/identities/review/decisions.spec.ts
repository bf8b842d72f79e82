import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { uuidOf } from '../resolver-for-specs.ts'
import { ReviewWorld, wangs } from './review-for-specs.ts'

let world: ReviewWorld

beforeAll(async () => {
  world = await ReviewWorld.begin()
})

afterAll(() => world.end())

describe('accepting', () => {
  it('makes the two one person, says so, and remembers who decided and why', async () => {
    const { a, b, x, y, path } = await world.suspected()
    const answer = await world.post(`${path}/accept`, { reason: 'the same driver, seen at the site' })
    expect(answer).toMatchObject({ status: 200, json: { applied: true, identities: [{ identityId: x }] } })
    expect([await world.identityOf(a), await world.identityOf(b)]).toEqual([x, x])
    expect(await world.events('identity.merged')).toContainEqual(
      expect.objectContaining({ identityId: x, retiredIdentityId: y, cause: 'decision' }),
    )
    const [identityId, otherIdentityId] = [x, y].toSorted()
    expect(await world.events('duplicate.settled')).toContainEqual({
      identityId,
      otherIdentityId,
      outcome: 'same_person',
    })
    const seen = (await world.get(`/api/identities/${y}`)).json
    expect(seen).toMatchObject({ requestedId: y, identityId: x, redirects: [y] })
    expect(seen.judgements).toEqual([
      expect.objectContaining({
        kind: 'accept',
        actorId: 'test-operator-wx',
        actorName: 'test operator',
        reason: 'the same driver, seen at the site',
        revokedAt: null,
      }),
    ])
    expect(seen.judgements[0].recordIds).toEqual([a, b].toSorted())
  })

  it('is undone to the last bit', async () => {
    for (let round = 0; round < 4; round++) {
      const { path } = await world.suspected()
      const before = await world.state()
      const { judgementId } = (await world.post(`${path}/accept`)).json
      expect(await world.state()).not.toEqual(before)
      const undo = `/api/identities/judgements/${judgementId}/undo`
      expect((await world.post(undo, { reason: 'was another driver' })).status).toBe(200)
      expect(await world.state()).toEqual(before)
      expect(await world.post(undo)).toMatchObject({ status: 409, json: { code: 'judgement_revoked' } })
    }
  })

  it('gives both their ids back when it is undone, whatever came in between', async () => {
    const { a, b, x, y, mobile, path } = await world.suspected()
    const { judgementId } = (await world.post(`${path}/accept`)).json
    const [, { person, residence }] = wangs(mobile)
    const came = [uuidOf(`once ${mobile}`), uuidOf(`twice ${mobile}`)]
    for (const id of came) expect(await world.registers(id, person, { residence })).toBe(x)
    expect((await world.post(`/api/identities/judgements/${judgementId}/undo`)).status).toBe(200)
    expect(await world.identityOf(a)).toBe(x)
    for (const id of [b, ...came]) expect(await world.identityOf(id)).toBe(y)
  })

  it('answers 409 when the item was settled, and 404 to who looks at it', async () => {
    const { path } = await world.suspected()
    expect((await world.post(`${path}/accept`)).status).toBe(200)
    expect(await world.post(`${path}/accept`)).toMatchObject({ status: 409, json: { code: 'review_item_settled' } })
    expect((await world.get(path)).status).toBe(404)
  })

  it('lets exactly one of two racing decisions win', async () => {
    for (let round = 0; round < 5; round++) {
      const { path, a, b } = await world.suspected()
      const answers = await Promise.all([world.post(`${path}/accept`), world.post(`${path}/reject`)])
      expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409])
      const same = (await world.identityOf(a)) === (await world.identityOf(b))
      expect(same).toBe(answers[0].status === 200)
    }
  })
})

it('a decision and an arrival for the same person both count, whichever comes first', async () => {
  for (let round = 0; round < 5; round++) {
    const { a, b, x, mobile, path } = await world.suspected()
    const [answer, again] = await Promise.all([world.post(`${path}/accept`), world.wangAgain(mobile)])
    expect([answer.status, again]).toEqual([200, x])
    expect([await world.identityOf(a), await world.identityOf(b)]).toEqual([x, x])
  }
})

describe('rejecting', () => {
  it('is remembered when a new record arrives', async () => {
    const { a, b, x, y, mobile, path } = await world.suspected()
    expect((await world.post(`${path}/reject`, { reason: 'two brothers with one phone' })).status).toBe(200)
    expect(await world.events('duplicate.settled')).toContainEqual(
      expect.objectContaining({ outcome: 'different_people' }),
    )
    expect(await world.wangAgain(mobile)).toBe(x)
    expect([await world.identityOf(a), await world.identityOf(b)]).toEqual([x, y])
    expect((await world.get(path)).status).toBe(404)
  })

  it('is undone: the two are suspected again', async () => {
    const { path } = await world.suspected()
    const before = await world.state()
    const { judgementId } = (await world.post(`${path}/reject`)).json
    await world.post(`/api/identities/judgements/${judgementId}/undo`)
    expect(await world.state()).toEqual(before)
  })
})

describe('splitting', () => {
  it('takes records out for good, and its undoing brings back the same people under the same ids', async () => {
    const { a, b, x, mobile } = await world.joined()
    const before = await world.state()
    const answer = await world.post(`/api/identities/${x}/split`, { recordIds: [b], reason: 'father and son' })
    expect(answer.status).toBe(200)
    expect(answer.json.identities).toHaveLength(2)
    expect(await world.identityOf(a)).not.toBe(await world.identityOf(b))
    const third = uuidOf(`third ${mobile}`)
    await world.registers(third, { name: '李志强', mobile })
    expect(await world.identityOf(a)).not.toBe(await world.identityOf(b))
    await world.resolver.erase(third)
    await world.post(`/api/identities/judgements/${answer.json.judgementId}/undo`)
    expect(await world.state()).toEqual(before)
  })

  it('takes records that were accepted into a person out again', async () => {
    const { a, b, x, path } = await world.suspected()
    await world.post(`${path}/accept`)
    const part = { recordIds: [b], reason: 'accepted too early' }
    expect((await world.post(`/api/identities/${x}/split`, part)).status).toBe(200)
    expect(await world.identityOf(a)).not.toBe(await world.identityOf(b))
  })

  it('refuses to take everything, or what is elsewhere', async () => {
    const { a, b, x } = await world.joined()
    const split = (recordIds: string[]) => world.post(`/api/identities/${x}/split`, { recordIds, reason: 'for a test' })
    expect(await split([a, b])).toMatchObject({ status: 422, json: { code: 'nothing_left' } })
    expect(await split([uuidOf('nobody')])).toMatchObject({ status: 409, json: { code: 'records_elsewhere' } })
  })
})
