import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { PersonName, ResidentId } from '#libs/china'
import { eventually, generateCampaign, OPERATOR, startTestSystem, type TestSystem } from '#libs/testing'
import { services } from './index.ts'

/** The way of a driver through every service, seen from outside. */
describe('from a scanned code to a member', () => {
  let system: TestSystem
  let token: string
  const drivers = generateCampaign({ drivers: 40, duplicates: 0, seed: 7 }).records.map(({ answers }) => answers)
  const consents = { join: true, residentId: true }
  const nextDriver = () => ({ ...drivers.pop()!, code: token, scan: null, consents })

  beforeAll(async () => {
    system = await startTestSystem(services)
    const { json } = await system.request('/api/sites', { as: OPERATOR })
    token = json.items[0].codes[0].token
    const page = await eventually(async () => {
      const { text } = await system.request(`/join?code=${token}`)
      return text.includes(json.items[0].name.zh) ? text : undefined
    })
    expect(page).toContain('<form')
  })

  afterAll(() => system.stop())

  const submit = async (registration: object, key = crypto.randomUUID()) =>
    system.request('/api/registrations', { body: registration, headers: { 'idempotency-key': key } })

  const status = async (receipt: string) => (await system.request(`/api/registrations/receipts/${receipt}`)).json

  const whenStatus = (receipt: string, wanted: string) =>
    eventually(async () => {
      const found = await status(receipt)
      return found.status === wanted ? found : undefined
    })

  const openCases = async () => (await system.request('/api/review-cases?limit=200', { as: OPERATOR })).json.items

  const caseOf = (registrationId: string) =>
    eventually(async () =>
      (await openCases()).find((each: { registrationIds: string[] }) => each.registrationIds.includes(registrationId)),
    )

  it('records the scan and leads to the join page of the site', async () => {
    const { status: answered, headers } = await system.request(`/j/${token.toLowerCase()}`)
    expect(answered).toBe(303)
    expect(headers.get('location')).toMatch(new RegExp(`^/join\\?code=${token}&scan=[0-9a-f-]{36}$`))
  })

  it('takes a form without script, and shows it again with what to mend and all that was typed', async () => {
    const { name, residentId, mobile } = nextDriver()
    const form = { name, residentId: `${residentId.slice(0, -1)}?`, mobile, code: token, key: crypto.randomUUID() }
    const faulty = await system.request('/join', { body: new URLSearchParams(form) })
    expect(faulty.status).toBe(422)
    expect(faulty.text).toContain(`value="${name}"`)
    expect(faulty.text).toContain('身份证号码只含数字')
    expect(faulty.text).toContain('请勾选同意')

    const mended = { ...form, residentId, consentJoin: 'on', consentId: 'on' }
    const first = await system.request('/join', { body: new URLSearchParams(mended) })
    const again = await system.request('/join', { body: new URLSearchParams(mended) })
    expect(first.status).toBe(303)
    expect(again.headers.get('location')).toBe(first.headers.get('location'))
    const receipt = await system.request(first.headers.get('location')!)
    expect(receipt.text).toMatch(/RH-[0-9A-F]{5}-[0-9A-F]{5}/)
  })

  it('makes a member of a driver whom an admin approves', async () => {
    const accepted = await submit(nextDriver())
    expect(accepted.status).toBe(202)
    const { registrationId, receipt } = accepted.json
    const found = await caseOf(registrationId)
    expect(found.reasons.length).toBeGreaterThan(0)
    expect(found.federationPath).toContain('wx')
    const approved = await system.request(`/api/review-cases/${found.caseId}/approve`, { as: OPERATOR, body: {} })
    expect(approved.json).toMatchObject({ decided: true, memberNumber: expect.stringMatching(/^3202-\d{4}-\d{7}$/) })
    expect(await whenStatus(receipt, 'approved')).toMatchObject({
      memberNumber: approved.json.memberNumber,
      federationName: found.federationName,
    })
    const again = await system.request(`/api/review-cases/${found.caseId}/approve`, { as: OPERATOR, body: {} })
    expect(again).toMatchObject({ status: 409, json: { code: 'case_already_decided' } })
    const placement = await system.request(`/api/placements/${registrationId}`, { as: OPERATOR })
    expect(placement.json.decision).toMatchObject({ federationId: found.federationId, ruleId: found.ruleId })
    await eventually(async () => {
      const { items } = (await system.request(`/api/messages/of-registration/${registrationId}`, { as: OPERATOR })).json
      return items.find((message: { text: { zh: string } }) => message.text.zh.includes(approved.json.memberNumber))
    })
  })

  it('adds a second application of a member to the membership: never a second case', async () => {
    const driver = nextDriver()
    const first = (await submit(driver)).json
    const found = await caseOf(first.registrationId)
    await system.request(`/api/review-cases/${found.caseId}/approve`, { as: OPERATOR, body: {} })
    await whenStatus(first.receipt, 'approved')
    const second = (await submit({ ...driver, mobile: '13900001234' })).json
    expect(second.registrationId).not.toBe(first.registrationId)
    const { memberNumber } = await whenStatus(second.receipt, 'approved')
    expect(memberNumber).toBe((await status(first.receipt)).memberNumber)
    const { people, members } = (await system.request('/api/members/count', { as: OPERATOR })).json
    expect(people).toBe(members)
  })

  it('opens a returned case again when the driver sends the mended application', async () => {
    const driver = nextDriver()
    const first = (await submit(driver)).json
    const found = await caseOf(first.registrationId)
    const returned = await system.request(`/api/review-cases/${found.caseId}/return`, {
      as: OPERATOR,
      body: { reasonCode: 'phone_unreachable' },
    })
    expect(returned.json.decided).toBe(true)
    expect((await whenStatus(first.receipt, 'returned')).reason.zh).toContain('手机号')
    const second = (await submit({ ...driver, mobile: '13900005678' })).json
    const again = await caseOf(second.registrationId)
    expect(again).toMatchObject({ caseId: found.caseId, status: 'open', mobile: '139****5678' })
  })

  it('gives a rejected driver who applies again a new case', async () => {
    const driver = nextDriver()
    const first = (await submit(driver)).json
    const found = await caseOf(first.registrationId)
    await system.request(`/api/review-cases/${found.caseId}/reject`, {
      as: OPERATOR,
      body: { reasonCode: 'not_eligible' },
    })
    await whenStatus(first.receipt, 'rejected')
    const second = (await submit(driver)).json
    expect((await caseOf(second.registrationId)).caseId).not.toBe(found.caseId)
  })

  it('holds a driver whom no rule places, until an admin names the federation', async () => {
    const { name, residentId, mobile } = nextDriver()
    const accepted = (await submit({ name, residentId, mobile, consents })).json
    const found = await caseOf(accepted.registrationId)
    expect(found).toMatchObject({ federationId: null, heldBecause: 'no_place' })
    const path = `/api/review-cases/${found.caseId}/approve`
    expect((await system.request(path, { as: OPERATOR, body: {} })).json.code).toBe('federation_needed')
    const federation = { id: 'wx-freight', name: { zh: '无锡市道路货运行业工会联合会', en: 'Wuxi Road Freight' } }
    expect((await system.request(path, { as: OPERATOR, body: { federation } })).json.decided).toBe(true)
    expect((await whenStatus(accepted.receipt, 'approved')).federationName).toEqual(federation.name)
  })

  it('keeps one registration per idempotency key, also when requests race, and refuses other content under it', async () => {
    const driver = nextDriver()
    const key = crypto.randomUUID()
    const answers = await Promise.all(Array.from({ length: 8 }, () => submit(driver, key)))
    expect(new Set(answers.map(({ json }) => json.registrationId)).size).toBe(1)
    const other = await submit({ ...driver, mobile: '13900000000' }, key)
    expect(other).toMatchObject({ status: 422, json: { code: 'idempotency_key_reused' } })
  })

  it('names every fault of a request by field, code and text', async () => {
    const { status: answered, json } = await submit({
      ...nextDriver(),
      mobile: '138',
      residentId: '320211199001011235',
    })
    expect(answered).toBe(400)
    expect(json.errors).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ pointer: '/mobile', code: 'mobile.format' }),
        expect.objectContaining({ pointer: '/residentId', code: 'resident_id.checksum' }),
      ]),
    )
  })

  it('takes a batch from a steward, item by item', async () => {
    const steward = { role: 'steward', federationId: 'wx-liangxi' } as const
    const items = [
      { idempotencyKey: crypto.randomUUID(), registration: nextDriver() },
      { idempotencyKey: crypto.randomUUID(), registration: { name: '王' } },
    ]
    const { status: answered, json } = await system.request('/api/registrations/batches', {
      as: steward,
      body: { items },
    })
    expect(answered).toBe(202)
    expect(json.outcomes[0].accepted.receipt).toEqual(expect.any(String))
    expect(json.outcomes[1]).toMatchObject({ accepted: null, errors: expect.any(Array) })
    expect((await system.request('/api/registrations/batches', { body: { items } })).status).toBe(401)
  })

  it('shows and lets decide only what lies in the admin’s federation', async () => {
    const { registrationId } = (await submit(nextDriver())).json
    const found = await caseOf(registrationId)
    const stranger = { role: 'admin', federationId: 'wx-nowhere' } as const
    const { json } = await system.request('/api/review-cases', { as: stranger })
    expect(json.items).toEqual([])
    const refused = await system.request(`/api/review-cases/${found.caseId}/approve`, { as: stranger, body: {} })
    expect(refused.status).toBe(403)
    expect((await system.request(`/api/review-cases/${found.caseId}`)).status).toBe(401)
  })

  it('masks personal data, and shows all of it only against a reason', async () => {
    const driver = nextDriver()
    const found = await caseOf((await submit(driver)).json.registrationId)
    expect(JSON.stringify(found)).not.toContain(driver.residentId)
    const path = `/api/review-cases/${found.caseId}/disclose`
    expect((await system.request(path, { as: OPERATOR, body: {} })).status).toBe(400)
    const opened = await system.request(path, { as: OPERATOR, body: { reason: '电话核实本人' } })
    expect(opened.json).toMatchObject({
      name: PersonName.parse(driver.name).value,
      residentId: ResidentId.parse(driver.residentId).value,
    })
  })

  it('sends scans of a revoked code away, and of a forged one', async () => {
    const [site] = (await system.request('/api/sites', { as: OPERATOR })).json.items.slice(1)
    const { token: stolen } = site.codes[0]
    await system.request(`/api/codes/${stolen}/revoke`, { as: OPERATOR, body: { reason: '海报被覆盖' } })
    expect(await system.request(`/j/${stolen}`)).toMatchObject({ status: 410, json: { code: 'code_revoked' } })
    const forged = `${stolen.slice(0, -1)}${stolen.endsWith('0') ? '1' : '0'}`
    expect(await system.request(`/j/${forged}`)).toMatchObject({ status: 404, json: { code: 'no_such_code' } })
  })

  it('counts the campaign for the poster that it came from', async () => {
    const { json } = await system.request('/api/sites', { as: OPERATOR })
    const { siteId } = json.items[0]
    await eventually(async () => {
      const { sites } = (await system.request('/api/insights/funnel', { as: OPERATOR })).json
      const funnel = sites.find((each: { siteId: string }) => each.siteId === siteId)
      expect(funnel.scans).toBe(1)
      expect(funnel.submitted).toBeGreaterThan(funnel.newPeople)
      expect(funnel.approved).toBe(2)
      return funnel
    })
  })
})
