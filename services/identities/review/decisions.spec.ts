import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { uuidOf } from '../resolver-for-specs.ts'
import { ReviewWorld, wangs } from './review-for-specs.ts'

const CITY_ADMIN = { role: 'admin', federationId: 'wx' } as const

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
