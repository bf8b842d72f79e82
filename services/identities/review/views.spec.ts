import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { uuidOf } from '../resolver-for-specs.ts'
import { ReviewWorld } from './review-for-specs.ts'

let world: ReviewWorld

beforeAll(async () => {
  world = await ReviewWorld.begin()
})

afterAll(() => world.end())

describe('the queue', () => {
  it('shows both sides masked, the most valuable answer first, id conflicts last, page by page', async () => {
    const { x, y, mobile, path } = await world.suspected()
    expect(await world.wangAgain(mobile)).toBe(x)
    const { mobile: phone, residentId } = await world.conflicting()
    // More registrations than any other item has: it would be first, if it were no conflict.
    for (const again of ['once', 'twice', 'thrice']) {
      await world.registers(uuidOf(`${again} ${phone}`), { name: '赵铁柱', mobile: phone, residentId })
    }
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
    const { a, mobile, path } = await world.conflicting()
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
    const { a, b, mobile, path } = await world.suspected()
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
    const { a, mobile } = await world.joined()
    await world.dataSource.query(
      `insert into hub (key, rule, example, found_at)
       select key, 'mobile', record_id, now() from block_key where record_id = any($1::uuid[])
       group by key, record_id having key in (select key from block_key group by key having count(*) = 2) limit 1`,
      [`{${a}}`],
    )
    const { items, next } = (await world.get('/api/identities/hubs')).json
    expect(items).toEqual([
      expect.objectContaining({ rule: 'mobile', records: 2, identities: 1, example: `138****${mobile.slice(7)}` }),
    ])
    expect(next).toBeNull()
  })
})
