import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { eventually, OPERATOR } from '#libs/testing'
import { RegistrationsForSpecs } from '../registrations-for-specs.ts'

describe('erasure', () => {
  let world: RegistrationsForSpecs
  const body = { reason: '本人 5 月 3 日来电要求' }

  beforeAll(async () => {
    world = await RegistrationsForSpecs.start(12)
  })

  afterAll(() => world.stop())

  const erase = (path: string, as: typeof OPERATOR = OPERATOR) => world.system.request(path, { body, as })

  it('leaves a row of a registration that counts and names nobody, and tells every service once', async () => {
    const { registrationId: id, receipt, submit } = await world.applied()
    const path = `/api/registrations/${id}/erase`
    const answers = await Promise.all([erase(path), erase(path)])
    for (const { status, json } of answers) expect([status, json]).toEqual([200, answers[0]!.json])
    expect(answers[0]!.json).toEqual({ kind: 'registration', id, erasedAt: expect.any(String) })
    expect(await world.told('subject.erased', id)).toEqual([
      {
        type: 'subject.erased',
        data: { subject: { kind: 'registration', id }, erasedAt: answers[0]!.json.erasedAt },
      },
    ])
    const [row] = await world.database.query(`select * from registration where id = $1`, [id])
    expect(row).toMatchObject({
      status: 'erased',
      sealed: null,
      resident_id_key: null,
      mobile_key: null,
      request_mac: null,
      scan_id: null,
      outcome: {},
      places: { household: null, residence: null, residenceStreet: null, routes: [] },
    })
    expect(await world.database.query(`select action, actor, reason from audit where subject_id = $1`, [id])).toEqual([
      { action: 'erased', actor: 'test-operator-wx', reason: body.reason },
    ])
    const told = await world.system.request(`/api/registrations/receipts/${receipt}`)
    expect(told.json).toMatchObject({ status: 'erased', memberNumber: null })
    expect((await world.system.request(`/join/receipts/${receipt}`)).text).toContain('您的个人信息已删除')
    expect(await submit()).toMatchObject({ status: 410, json: { code: 'registration_erased' } })
    const correction = { method: 'PATCH', body: { version: 1, mobile: '13900001111' } }
    expect(await world.system.request(`/api/registrations/receipts/${receipt}`, correction)).toMatchObject({
      status: 409,
      json: { code: 'not_correctable' },
    })
  })

  it('is not undone by an outcome that comes later', async () => {
    const erased = await world.applied()
    const other = await world.applied()
    await erase(`/api/registrations/${erased.registrationId}/erase`)
    await world.approve([erased.registrationId, other.registrationId])
    const statusOf = async ({ receipt }: { receipt: string }) =>
      (await world.system.request(`/api/registrations/receipts/${receipt}`)).json
    await eventually(async () => ((await statusOf(other)).status === 'approved' ? true : undefined))
    expect(await statusOf(erased)).toMatchObject({ status: 'erased', memberNumber: null })
  })

  it('of a lead forgets what it was found by', async () => {
    await world.imported('平台,账号,手机号\n运满满,a1,13812345678\n')
    const [{ id }] = await world.database.query('select id from lead')
    const first = await erase(`/api/leads/${id}/erase`)
    const again = await erase(`/api/leads/${id}/erase`)
    expect([again.status, again.json]).toEqual([200, first.json])
    expect(await world.told('subject.erased', id)).toHaveLength(1)
    const [row] = await world.database.query(`select status, key, sealed, content_mac from lead where id = $1`, [id])
    expect(row).toEqual({ status: 'erased', key: null, sealed: null, content_mac: null })
  })

  it('is for the operator, with a reason, of what is there', async () => {
    const { registrationId: id } = await world.applied()
    const path = `/api/registrations/${id}/erase`
    expect((await world.system.request(path, { body, as: { role: 'admin', federationId: 'wx' } })).status).toBe(403)
    expect((await world.system.request(path, { body: {}, as: OPERATOR })).status).toBe(400)
    const unknown = crypto.randomUUID()
    expect(await erase(`/api/registrations/${unknown}/erase`)).toMatchObject({
      status: 404,
      json: { code: 'no_such_registration' },
    })
    expect(await erase(`/api/leads/${unknown}/erase`)).toMatchObject({ status: 404, json: { code: 'no_such_lead' } })
  })
})
