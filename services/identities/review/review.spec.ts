import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { OPERATOR } from '#libs/testing'
import { uuidOf } from '../resolver-for-specs.ts'
import { ReviewWorld, residentIdOf } from './review-for-specs.ts'

const CITY_ADMIN = { role: 'admin', federationId: 'wx' } as const
const DISTRICT_ADMIN = { role: 'admin', federationId: 'wx-xw' } as const

let world: ReviewWorld
let drivers = 0

beforeAll(async () => {
  world = await ReviewWorld.begin()
})

afterAll(() => world.end())

/** Two drivers with one phone, whose names sound alike, and who have little else in common. */
function wangs(mobile: string) {
  const plate = mobile.slice(6)
  return [
    { person: { name: '王建明', mobile, plate: `苏B${plate}` }, residence: '320206' },
    { person: { name: '王建民', mobile, plate: `皖A${plate}` }, residence: '340100' },
  ] as const
}

/** Two registrations that a machine does not dare to join. */
async function suspected(paths: readonly string[][] = []) {
  const mobile = world.mobile()
  const [a, b] = [uuidOf(`first ${mobile}`), uuidOf(`second ${mobile}`)]
  const [one, other] = wangs(mobile)
  const x = await world.registers(a, one.person, { path: paths[0], residence: one.residence })
  const y = await world.registers(b, other.person, { path: paths[1], residence: other.residence })
  return { a, b, x, y, mobile, path: world.item(x, y) }
}

/** The first of two who are {@link suspected} comes once more. */
async function wangAgain(mobile: string) {
  const [{ person, residence }] = wangs(mobile)
  return world.registers(uuidOf(`again ${mobile}`), person, { residence })
}

/** Two registrations whose valid resident ids differ, though name and phone agree. */
async function conflicting() {
  const number = ++drivers
  const mobile = world.mobile()
  const [a, b] = [uuidOf(`first ${number}`), uuidOf(`second ${number}`)]
  const x = await world.registers(a, { name: '赵铁柱', mobile, residentId: residentIdOf(2 * number) })
  const y = await world.registers(b, { name: '赵铁柱', mobile, residentId: residentIdOf(2 * number + 1) })
  return { a, b, x, y, mobile, path: world.item(x, y) }
}

/** Two registrations of one name and phone: one person. */
async function joined() {
  const number = ++drivers
  const mobile = world.mobile()
  const [a, b] = [uuidOf(`first ${number}`), uuidOf(`second ${number}`)]
  const x = await world.registers(a, { name: '李志强', mobile })
  expect(await world.registers(b, { name: '李志强', mobile })).toBe(x)
  return { a, b, x, mobile }
}

describe('accepting', () => {
  it('makes the two one person, says so, and remembers who decided and why', async () => {
    const { a, b, x, y, path } = await suspected()
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
      const { path } = await suspected()
      const before = await world.state()
      const { judgementId } = (await world.post(`${path}/accept`)).json
      expect(await world.state()).not.toEqual(before)
      const undo = `/api/identities/judgements/${judgementId}/undo`
      expect((await world.post(undo, { reason: 'was another driver' })).status).toBe(200)
      expect(await world.state()).toEqual(before)
      expect(await world.post(undo)).toMatchObject({ status: 409, json: { code: 'judgement_revoked' } })
    }
  })

  it('answers 409 when the item was settled, and 404 to who looks at it', async () => {
    const { path } = await suspected()
    expect((await world.post(`${path}/accept`)).status).toBe(200)
    expect(await world.post(`${path}/accept`)).toMatchObject({ status: 409, json: { code: 'review_item_settled' } })
    expect((await world.get(path)).status).toBe(404)
  })

  it('lets exactly one of two racing decisions win', async () => {
    for (let round = 0; round < 5; round++) {
      const { path, a, b } = await suspected()
      const answers = await Promise.all([world.post(`${path}/accept`), world.post(`${path}/reject`)])
      expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409])
      const same = (await world.identityOf(a)) === (await world.identityOf(b))
      expect(same).toBe(answers[0].status === 200)
    }
  })
})

describe('rejecting', () => {
  it('is remembered when a new record arrives', async () => {
    const { a, b, x, y, mobile, path } = await suspected()
    expect((await world.post(`${path}/reject`, { reason: 'two brothers with one phone' })).status).toBe(200)
    expect(await world.events('duplicate.settled')).toContainEqual(
      expect.objectContaining({ outcome: 'different_people' }),
    )
    expect(await wangAgain(mobile)).toBe(x)
    expect([await world.identityOf(a), await world.identityOf(b)]).toEqual([x, y])
    expect((await world.get(path)).status).toBe(404)
  })

  it('is undone: the two are suspected again', async () => {
    const { path } = await suspected()
    const before = await world.state()
    const { judgementId } = (await world.post(`${path}/reject`)).json
    await world.post(`/api/identities/judgements/${judgementId}/undo`)
    expect(await world.state()).toEqual(before)
  })
})

describe('splitting', () => {
  it('takes records out for good, and its undoing brings back the same people under the same ids', async () => {
    const { a, b, x, mobile } = await joined()
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
    const { a, b, x, path } = await suspected()
    await world.post(`${path}/accept`)
    const part = { recordIds: [b], reason: 'accepted too early' }
    expect((await world.post(`/api/identities/${x}/split`, part)).status).toBe(200)
    expect(await world.identityOf(a)).not.toBe(await world.identityOf(b))
  })

  it('refuses to take everything, or what is elsewhere', async () => {
    const { a, b, x } = await joined()
    const split = (recordIds: string[]) => world.post(`/api/identities/${x}/split`, { recordIds, reason: 'for a test' })
    expect(await split([a, b])).toMatchObject({ status: 422, json: { code: 'nothing_left' } })
    expect(await split([uuidOf('nobody')])).toMatchObject({ status: 409, json: { code: 'records_elsewhere' } })
  })
})

describe('two valid, different resident ids', () => {
  it('take two different people to be one', async () => {
    const { a, b, x, y, path } = await conflicting()
    expect(await world.post(`${path}/accept`)).toMatchObject({ status: 409, json: { code: 'override_needed' } })
    const proposed = await world.post(`${path}/override`, { reason: 'the police gave a new number' })
    expect(proposed).toMatchObject({ status: 200, json: { verdict: null, proposal: { proposedBy: 'test operator' } } })
    expect((await world.get(path)).json.proposal).toEqual(proposed.json.proposal)
    expect(await world.post(`${path}/override`)).toMatchObject({ status: 409, json: { code: 'second_person_needed' } })
    expect(await world.identityOf(b)).toBe(y)
    const confirmed = await world.post(`${path}/override`, { reason: 'saw both cards' }, CITY_ADMIN)
    expect(confirmed).toMatchObject({ status: 200, json: { verdict: { identities: [{ identityId: x }] } } })
    expect([await world.identityOf(a), await world.identityOf(b)]).toEqual([x, x])
    const [judgement] = (await world.get(`/api/identities/${x}`)).json.judgements
    expect(judgement).toMatchObject({ kind: 'override', actorName: 'test admin', proposedBy: 'test operator' })
  })

  it('stay apart when the proposal is withdrawn, expired, or about other records', async () => {
    const { mobile, path, x } = await conflicting()
    const confirm = () => world.post(`${path}/override`, { reason: 'saw both cards' }, CITY_ADMIN)
    await world.post(`${path}/override`)
    expect((await world.post(`${path}/override/withdraw`, {})).status).toBe(200)
    expect(await world.post(`${path}/override/withdraw`, {})).toMatchObject({ status: 409 })
    expect((await confirm()).json.verdict).toBeNull()
    await world.dataSource.query(`update override_proposal set expires_at = now() where ended_at is null`)
    expect((await world.get(path)).json.proposal).toBeNull()
    expect((await world.post(`${path}/override`)).json.verdict).toBeNull()
    const [{ id }] = await world.dataSource.query(
      `select exclusive_key, id from record join membership_of_record on record_id = id where identity_id = $1`,
      [x],
    )
    const residentId = residentIdOf(2 * drivers)
    expect(await world.registers(uuidOf(`again ${id}`), { name: '赵铁柱', mobile, residentId })).toBe(x)
    expect((await confirm()).json.verdict).toBeNull()
  })

  it('is no way around a plain suspicion', async () => {
    const { path } = await suspected()
    expect(await world.post(`${path}/override`)).toMatchObject({ status: 409, json: { code: 'no_override_needed' } })
  })
})

describe('authority', () => {
  const apart = [
    ['wx-xw', 'wx'],
    ['wx-by', 'wx'],
  ]

  it('has to reach over both sides', async () => {
    const { path } = await suspected(apart)
    const mine = await suspected()
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
    const { path, x, a } = await suspected(apart)
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
    const { path } = await suspected()
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

describe('the queue', () => {
  it('shows both sides masked, the most valuable answer first, id conflicts last, page by page', async () => {
    const { x, y, mobile, path } = await suspected()
    expect(await wangAgain(mobile)).toBe(x)
    await conflicting()
    const { items } = (await world.get('/api/identities/review-items?limit=200')).json
    const found = items.find((item: { lo: string; hi: string }) => world.item(item.lo, item.hi) === path)
    expect(found).toMatchObject({ kind: 'likely', leasedBy: null })
    const side = found.sides.find(({ identityId }: { identityId: string }) => identityId === x)
    expect(side).toMatchObject({ registrations: 2, leads: 0, name: '王*明', mobile: `138****${mobile.slice(7)}` })
    expect(JSON.stringify(items)).not.toContain(mobile)
    const order = items.map(({ kind, value }: { kind: string; value: number }) => [
      kind === 'id_conflict' ? 1 : 0,
      -value,
    ])
    expect(order).toEqual(order.toSorted(([p, v]: number[], [q, w]: number[]) => p! - q! || v! - w!))
    expect(order.at(-1)[0]).toBe(1)
    const paged = []
    for (let after: string | null = ''; after !== null; ) {
      const page: { items: object[]; next: string | null } = (
        await world.get(`/api/identities/review-items?limit=2${after && `&after=${after}`}`)
      ).json
      paged.push(...page.items)
      after = page.next
    }
    expect(paged).toEqual(items)
    expect(y).not.toBe(x)
  })
})

describe('an item', () => {
  it('shows field by field who says what, what it weighs, and what speaks against it', async () => {
    const { a, mobile, path } = await conflicting()
    const answer = await world.get(path)
    expect(answer.text).not.toContain(mobile)
    const { fields, waterfall, conflicts, weight, independentSources } = answer.json
    expect(waterfall.total).toBe(weight)
    expect(waterfall.steps[0].kind).toBe('prior')
    expect(waterfall.steps.at(-1).total).toBe(weight)
    expect(conflicts).toContainEqual({
      code: 'resident_id.conflict',
      zh: '身份证号：两个都有效但不同',
      en: 'Resident id: both valid, and different',
    })
    expect(independentSources).toBe(1)
    const of = (name: string) => fields.find(({ field }: { field: string }) => field === name)
    expect(of('mobile')).toMatchObject({
      lo: [
        {
          value: `138****${mobile.slice(7)}`,
          onBothSides: true,
          sources: [expect.objectContaining({ kind: 'driver' })],
        },
      ],
      compared: { level: 'equal' },
    })
    expect(of('residentId').lo[0].onBothSides).toBe(false)
    expect(of('plate')).toEqual({ field: 'plate', lo: [], hi: [], compared: null })
    const picture = await world.get(`${path}/waterfall.svg`)
    expect(picture.headers.get('content-type')).toContain('image/svg+xml')
    expect(picture.text).toContain('resident_id: conflict')
    expect(picture.text).toContain(a)
  })

  it('shows full values against a reason alone, and keeps who looked', async () => {
    const { a, b, mobile, path } = await suspected()
    expect((await world.post(`${path}/disclose`, {})).status).toBe(400)
    const answer = await world.post(`${path}/disclose`, { reason: 'calling the driver' })
    expect(answer.json.records.map((record: { mobile: string }) => record.mobile)).toEqual([mobile, mobile])
    const kept = await world.dataSource.query(
      `select record_ids::text[] as ids, account_id, reason from record_disclosure where $1 = any(record_ids)`,
      [a],
    )
    expect(kept).toEqual([
      { ids: expect.arrayContaining([a, b]), account_id: 'test-operator-wx', reason: 'calling the driver' },
    ])
  })
})

describe('a person', () => {
  it('has surviving values with their origin; an admin’s choice stands while its record is there', async () => {
    const mobile = world.mobile()
    const [own, platform] = [uuidOf(`own ${mobile}`), uuidOf(`platform ${mobile}`)]
    const x = await world.registers(platform, { name: '周建国', mobile, plate: '苏B12345' }, { channel: 'platform' })
    await world.registers(own, { name: '周建国', mobile, plate: '苏B54321' })
    const plate = async () =>
      (await world.get(`/api/identities/${x}`)).json.survivors.find(({ field }: { field: string }) => field === 'plate')
    expect(await plate()).toMatchObject({ recordId: own, by: 'rule', value: '苏B***21', source: { kind: 'driver' } })
    const choose = (recordId: string | null) =>
      world.post(`/api/identities/${x}/survivors`, { field: 'plate', recordId })
    expect((await choose(platform)).status).toBe(200)
    expect(await plate()).toMatchObject({ recordId: platform, by: 'chosen', value: '苏B***45' })
    expect((await choose(uuidOf('nobody'))).json.code).toBe('records_elsewhere')
    const away = { recordIds: [platform], reason: 'another driver' }
    const { judgementId } = (await world.post(`/api/identities/${x}/split`, away)).json
    const stays = await world.identityOf(own)
    const { survivors } = (await world.get(`/api/identities/${stays}`)).json
    expect(survivors).toContainEqual(expect.objectContaining({ field: 'plate', recordId: own, by: 'rule' }))
    await world.post(`/api/identities/judgements/${judgementId}/undo`)
    expect(await plate()).toMatchObject({ recordId: platform, by: 'chosen' })
    await choose(null)
    expect(await plate()).toMatchObject({ recordId: own, by: 'rule' })
  })

  it('that nobody knows is told', async () => {
    expect(await world.get(`/api/identities/${uuidOf('nobody')}`)).toMatchObject({ status: 404 })
  })
})

describe('hubs', () => {
  it('are listed with one masked example', async () => {
    const { a, mobile } = await joined()
    await world.dataSource.query(
      `insert into hub (key, rule, example, found_at)
       select key, 'mobile', record_id, now() from block_key where record_id = any($1::uuid[])
       group by key, record_id having key in (select key from block_key group by key having count(*) = 2) limit 1`,
      [`{${a}}`],
    )
    const { items, next } = (await world.get('/api/identities/hubs', OPERATOR)).json
    expect(items).toEqual([
      expect.objectContaining({ rule: 'mobile', records: 2, identities: 1, example: `138****${mobile.slice(7)}` }),
    ])
    expect(next).toBeNull()
  })
})
