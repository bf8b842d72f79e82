import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { OPERATOR } from '#libs/testing'
import { RegistrationsForSpecs } from '../registrations-for-specs.ts'

describe('a correction', () => {
  let world: RegistrationsForSpecs

  beforeAll(async () => {
    world = await RegistrationsForSpecs.start(11)
  })

  afterAll(() => world.stop())

  const correct = (receipt: string, body: object, headers = {}) =>
    world.system.request(`/api/registrations/receipts/${receipt}`, { method: 'PATCH', body, headers })
  const statusOf = async (receipt: string) =>
    (await world.system.request(`/api/registrations/receipts/${receipt}`)).json
  const events = (registrationId: string) => world.told('registration.corrected', registrationId)
  const audit = (id: string) =>
    world.database.query(`select action, version, fields, actor, reason from audit where subject_id = $1 order by id`, [
      id,
    ])

  it('tells the whole application as it is now, with version and names of the fields, and keeps who and what', async () => {
    const { registrationId, receipt, answers } = await world.applied({ plate: '苏B12345', residence: '320211' })
    const body = { version: 1, mobile: ' 139 0000 1111 ', plate: '', routes: ['320500'] }
    const answer = await correct(receipt, body)
    expect(answer).toMatchObject({ status: 200, json: { registrationId, status: 'submitted', version: 2 } })
    const [event, ...others] = await events(registrationId)
    expect(others).toEqual([])
    expect(event!.data).toMatchObject({ version: 2, corrected: ['mobile', 'plate', 'routes'] })
    const { application } = event!.data
    const [submitted] = await world.told('registration.submitted', registrationId)
    expect(application).toEqual({
      ...submitted!.data.application,
      places: { ...submitted!.data.application.places, plateCity: null, residence: '320211', routes: ['320500'] },
      sealed: expect.not.stringMatching(submitted!.data.application.sealed),
    })
    const { name, residentId } = answers
    const person = { name, residentId, mobile: '13900001111', plate: null }
    expect(world.open(application.sealed, `registration:${registrationId}`)).toEqual(person)
    const fields = ['mobile', 'plate', 'routes']
    expect(await audit(registrationId)).toEqual([
      { action: 'corrected', version: 2, fields, actor: 'driver', reason: null },
    ])
  })

  it('sent twice is done once, and one that changes nothing makes no event', async () => {
    const { registrationId, receipt } = await world.applied()
    const first = await correct(receipt, { version: 1, mobile: '13900002222' })
    const again = await correct(receipt, { version: 1, mobile: '13900002222' })
    expect(first.status).toBe(200)
    expect([again.status, again.json]).toEqual([first.status, first.json])
    expect(await events(registrationId)).toHaveLength(1)
    expect((await correct(receipt, { version: 2 })).json).toEqual(first.json)
    expect(await events(registrationId)).toHaveLength(1)
    expect(await audit(registrationId)).toHaveLength(1)
  })

  it('never undoes another that was made at the same time: one wins, the others are told what to do', async () => {
    const { registrationId, receipt } = await world.applied()
    const changes = [
      { mobile: '13900003333' },
      { plate: '苏B54321' },
      { residenceStreet: '旺庄街道' },
      { residence: '320214' },
      { name: '赵改名' },
    ]
    const answers = await Promise.all(changes.map((change) => correct(receipt, { version: 1, ...change })))
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409, 409, 409])
    const lost = answers.find(({ status }) => status === 409)!
    expect(lost.json).toMatchObject({ code: 'version_conflict', version: 2 })
    let version = 2
    for (const [at, { status }] of answers.entries()) {
      if (status !== 409) continue
      expect((await correct(receipt, changes[at]!, { 'if-match': `"${version}"` })).json.version).toBe(++version)
    }
    const told = await events(registrationId)
    expect(told.map(({ data }) => data.version)).toEqual([2, 3, 4, 5, 6])
    const { application } = told.at(-1)!.data
    expect(application.places).toMatchObject({ residence: '320214', residenceStreet: '旺庄街道', plateCity: '苏B' })
    const person = world.open(application.sealed, `registration:${registrationId}`)
    expect(person).toMatchObject({ mobile: '13900003333', plate: '苏B54321', name: '赵改名' })
  })

  it('of staff needs a reason, which is kept with the account', async () => {
    const { registrationId } = await world.applied()
    const path = `/api/registrations/${registrationId}`
    const send = (body: object, as: object | undefined = { role: 'steward', federationId: 'wx' }) =>
      world.system.request(path, { method: 'PATCH', body, as: as as typeof OPERATOR })
    const body = { version: 1, name: '钱改名', reason: '司机当面说明' }
    expect(await send({ version: 1, name: '钱改名' })).toMatchObject({ status: 400 })
    expect((await world.system.request(path, { method: 'PATCH', body })).status).toBe(401)
    expect(await send(body)).toMatchObject({ status: 200, json: { version: 2 } })
    expect(await audit(registrationId)).toEqual([
      { action: 'corrected', version: 2, fields: ['name'], actor: 'test-steward-wx', reason: '司机当面说明' },
    ])
    const unknown = `/api/registrations/${crypto.randomUUID()}`
    expect(await world.system.request(unknown, { method: 'PATCH', body, as: OPERATOR })).toMatchObject({
      status: 404,
      json: { code: 'no_such_registration' },
    })
  })

  it('of a returned application puts it before the reviewers again, and the page says so', async () => {
    const { registrationId, receipt } = await world.applied()
    const reason = { zh: '手机号打不通', en: 'The phone is not answered' }
    await world.decided(registrationId, 'returned', { reason })
    const page = () => world.system.request(`/join/receipts/${receipt}`)
    expect((await page()).text).toContain('手机号打不通')
    expect((await correct(receipt, { version: 1, mobile: '13900004444' })).json.status).toBe('submitted')
    expect(await statusOf(receipt)).toMatchObject({ status: 'submitted', version: 2, reason: null })
    const { text } = await page()
    expect(text).toContain('已收到您的修改')
    expect(text).not.toContain('手机号打不通')
  })

  it('is made in a form without script that shows nothing of what is stored', async () => {
    const { registrationId, receipt, answers } = await world.applied()
    const path = `/join/receipts/${receipt}/correct`
    expect((await world.system.request(`/join/receipts/${receipt}`)).text).toContain(path)
    const { text } = await world.system.request(path)
    expect(text).toContain('只填要改的那一项')
    for (const told of [answers.name, answers.residentId, answers.mobile]) expect(text).not.toContain(told)
    const empty = { name: '', residentId: '', plate: '', residence: '' }
    const send = (fields: object) => world.system.request(path, { body: new URLSearchParams({ ...empty, ...fields }) })
    const faulty = await send({ version: '1', mobile: '12' })
    expect([faulty.status, faulty.text]).toEqual([422, expect.stringContaining('手机号应为 11 位数字')])
    const done = await send({ version: '1', mobile: '13900008888' })
    expect([done.status, done.headers.get('location')]).toEqual([303, `/join/receipts/${receipt}`])
    expect((await events(registrationId)).map(({ data }) => data.corrected)).toEqual([['mobile']])
    const stale = await send({ version: '1', mobile: '13900009999' })
    expect([stale.status, stale.text]).toEqual([422, expect.stringContaining('name="version" value="2"')])
    await world.decided(registrationId, 'approved')
    const late = await send({ version: '2', mobile: '13900009999' })
    expect(late.status).toBe(303)
    expect((await world.system.request(`/join/receipts/${receipt}`)).text).not.toContain(path)
  })

  it.each(['approved', 'rejected'])('comes too late once it is %s, and says what to do', async (status) => {
    const { registrationId, receipt } = await world.applied()
    await world.decided(registrationId, status)
    const late = await correct(receipt, { version: 1, mobile: '13900005555' })
    expect(late).toMatchObject({ status: 409, json: { code: 'not_correctable', applicationStatus: status } })
    expect(late.json.title).toContain('12351')
    expect(await events(registrationId)).toEqual([])
  })

  it('is checked as an application is; unknown fields and a missing version are refused', async () => {
    const { receipt } = await world.applied()
    const faulty = await correct(receipt, { version: 1, residentId: '110105194912310021', mobile: '' })
    expect(faulty.status).toBe(400)
    expect(faulty.json.errors.map(({ pointer, code }: { pointer: string; code: string }) => [pointer, code])).toEqual([
      ['/residentId', 'resident_id.checksum'],
      ['/mobile', 'mobile.missing'],
    ])
    expect(await correct(receipt, { version: 1, status: 'approved' })).toMatchObject({ status: 400 })
    expect(await correct(receipt, { mobile: '13900006666' })).toMatchObject({ json: { code: 'version_missing' } })
    expect(await correct(`${receipt.slice(1)}A`, { version: 1 })).toMatchObject({ status: 404 })
  })

  it('is kept together with its event or not at all', async () => {
    const { registrationId, receipt } = await world.applied()
    await world.database.query(
      `create function refuse() returns trigger language plpgsql as $$ begin raise 'killed'; end $$;
       create trigger refuse before insert on event_log for each row
         when (new.type = 'registration.corrected') execute function refuse()`,
    )
    try {
      expect((await correct(receipt, { version: 1, mobile: '13900007777' })).status).toBe(500)
    } finally {
      await world.database.query('drop function refuse cascade')
    }
    expect(await statusOf(receipt)).toMatchObject({ version: 1 })
    expect(await audit(registrationId)).toEqual([])
    expect((await correct(receipt, { version: 1, mobile: '13900007777' })).json.version).toBe(2)
    expect(await events(registrationId)).toHaveLength(1)
  })
})
