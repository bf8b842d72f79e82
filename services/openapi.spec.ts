import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { OpenAPIObject } from '@nestjs/swagger'
import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { type Answer, eventually, generateCampaign, OPERATOR, startTestSystem, type TestSystem } from '#libs/testing'
import { services } from './index.ts'

/** Operations whose good answer is no JSON: pictures, and the end of a session, which is empty. */
const WITHOUT_SCHEMA = [
  'GET /api/codes/{token}/qr.png',
  'GET /api/codes/{token}/qr.svg',
  'GET /api/identities/review-items/{lo}/{hi}/waterfall.svg',
  'DELETE /api/sessions',
]

const PROBLEM = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } }

describe('the API description', () => {
  let system: TestSystem
  let document: OpenAPIObject
  const ajv = new Ajv2020({ allErrors: true })
  addFormats.default(ajv)

  beforeAll(async () => {
    system = await startTestSystem(services)
    document = (await system.request('/api/openapi.json')).json
    ajv.addVocabulary(Object.keys(document))
    ajv.addSchema(document, 'api')
  })

  afterAll(() => system.stop())

  const operations = () =>
    Object.entries(document.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => ({
        name: `${method.toUpperCase()} ${path}`,
        responses: operation.responses as Record<string, { content?: Record<string, { schema?: object }> }>,
      })),
    )

  /** What an answer has against its description; empty when it fits. */
  const faults = (name: string, { status, headers, text }: Answer) => {
    const operation = operations().find((each) => each.name === name)
    const key = operation?.responses[status] ? status : 'default'
    const type = headers.get('content-type')?.split(';')[0] ?? ''
    const schema = operation?.responses[key]?.content?.[type]?.schema
    if (!schema) return `${name} describes no ${type} with ${status}`
    const [method, path] = name.split(' ') as [string, string]
    const pointer = ['paths', path, method.toLowerCase(), 'responses', key, 'content', type, 'schema']
      .map((part) => encodeURIComponent(String(part).replaceAll('~', '~0').replaceAll('/', '~1')))
      .join('/')
    const fits = ajv.getSchema(`api#/${pointer}`)!
    return fits(JSON.parse(text)) ? '' : `${name}: ${ajv.errorsText(fits.errors)} in ${text}`
  }

  it('is valid OpenAPI 3.1', async () => {
    const validator = new Validator()
    expect(await validator.validate({ ...document })).toEqual({ valid: true })
    expect(validator.version).toBe('3.1')
  })

  it('has the good answer of every operation, and the problem', () => {
    const bare = operations().filter(
      ({ responses }) =>
        !Object.entries(responses).some(
          ([status, { content }]) => status.startsWith('2') && content?.['application/json']?.schema,
        ),
    )
    expect(bare.map(({ name }) => name).toSorted()).toEqual(WITHOUT_SCHEMA.toSorted())
    for (const { name, responses } of operations()) expect([name, responses.default?.content]).toEqual([name, PROBLEM])
  })

  it.each([
    '/api/sites',
    '/api/insights/funnel',
    '/api/review-cases',
    '/api/members/count',
    '/api/identities/count',
    '/api/identities/epochs',
    '/api/identities/hubs',
    '/api/identities/review-items',
    '/api/federations',
    '/api/federations/rules',
    '/api/accounts',
    '/api/accounts/me',
    '/api/rosters',
    '/api/events/insights/parked',
  ])('tells what GET %s answers', async (path) => {
    const answer = await system.request(path, { as: OPERATOR })
    expect(answer.status).toBe(200)
    expect(faults(`GET ${path}`, answer)).toBe('')
  })

  it('tells what a replay of parked events answers', async () => {
    const replayed = await system.request('/api/events/insights/replay', { as: OPERATOR, body: {} })
    expect(replayed.status).toBe(201)
    expect(faults('POST /api/events/insights/replay', replayed)).toBe('')
  })

  it('tells what a rebuild of the identities answers', async () => {
    const started = await system.request('/api/identities/rebuild', { as: OPERATOR, body: {} })
    expect(started.status).toBe(202)
    expect(faults('POST /api/identities/rebuild', started)).toBe('')
    await eventually(async () => {
      const job = await system.request(`/api/identities/jobs/${started.json.jobId}`, { as: OPERATOR })
      expect(faults('GET /api/identities/jobs/{jobId}', job)).toBe('')
      return job.json.state === 'done' || undefined
    })
  })

  it('tells how refusals look, with and without the fields to mend', async () => {
    const refused = await system.request('/api/registrations', {
      body: {},
      headers: { 'idempotency-key': 'a refusal' },
    })
    expect(refused).toMatchObject({ status: 400, json: { errors: expect.arrayContaining([expect.anything()]) } })
    expect(faults('POST /api/registrations', refused)).toBe('')
    const stranger = await system.request('/api/sites')
    expect(stranger.status).toBe(401)
    expect(faults('GET /api/sites', stranger)).toBe('')
  })

  it('tells the answers about accounts, sessions, and codes', async () => {
    const { OPERATOR_SECRET: operatorSecret } = system.secrets
    const site = { nameZh: '站', nameEn: 'Site', kind: 'freight-hub', division: '320206', address: '路口' }
    const account = { name: 'wang', displayName: '王', password: 'long enough 1', role: 'admin', federationId: 'wx' }
    const posts = {
      '/api/setup-links': {},
      '/api/sessions': { operatorSecret },
      '/api/sites': site,
      '/api/accounts': account,
    }
    for (const [path, body] of Object.entries(posts)) {
      const answer = await system.request(path, { as: OPERATOR, body })
      expect([path, answer.status]).toEqual([path, 201])
      expect(faults(`POST ${path}`, answer)).toBe('')
    }
    const { items } = (await system.request('/api/sites', { as: OPERATOR })).json
    const [{ siteId, codes }] = items
    const issued = await system.request(`/api/sites/${siteId}/codes`, { as: OPERATOR, body: {} })
    expect(faults('POST /api/sites/{siteId}/codes', issued)).toBe('')
    const body = { reason: 'torn off' }
    const revoked = await system.request(`/api/codes/${codes[0].token}/revoke`, { as: OPERATOR, body })
    expect(faults('POST /api/codes/{token}/revoke', revoked)).toBe('')
  })

  it('tells every answer on the way of a driver', async () => {
    const [driver] = generateCampaign({ drivers: 2, duplicates: 0, seed: 7 }).records
    const registration = { ...driver!.answers, consents: { join: true, residentId: true } }
    const headers = { 'idempotency-key': crypto.randomUUID() }
    const accepted = await system.request('/api/registrations', { body: registration, headers })
    expect(accepted.status).toBe(202)
    expect(faults('POST /api/registrations', accepted)).toBe('')
    const { registrationId, receipt } = accepted.json

    const items = [
      { idempotencyKey: crypto.randomUUID(), registration },
      { idempotencyKey: crypto.randomUUID(), registration: {} },
      { idempotencyKey: headers['idempotency-key'], registration: { ...registration, residenceStreet: '别处' } },
    ]
    const batch = await system.request('/api/registrations/batches', { as: OPERATOR, body: { items } })
    expect(batch.status).toBe(202)
    expect(faults('POST /api/registrations/batches', batch)).toBe('')

    const { caseId } = await eventually(async () =>
      (await system.request('/api/review-cases', { as: OPERATOR })).json.items.find(
        (each: { registrationIds: string[] }) => each.registrationIds.includes(registrationId),
      ),
    )
    const get = async (name: string, id: string) => {
      const answer = await system.request(name.replace(/{\w+}/, id), { as: OPERATOR })
      expect([name, answer.status]).toEqual([name, 200])
      expect(faults(`GET ${name}`, answer)).toBe('')
      return answer
    }
    const post = async (name: string, body: object) => {
      const answer = await system.request(name.replace(/{\w+}/, caseId), { as: OPERATOR, body })
      expect([name, answer.status]).toEqual([name, 200])
      expect(faults(`POST ${name}`, answer)).toBe('')
    }
    const correct = async (path: string, name: string, body: object) => {
      const answer = await system.request(path, { method: 'PATCH', as: OPERATOR, body })
      expect([path, answer.status]).toEqual([path, 200])
      expect(faults(`PATCH /api/registrations/${name}`, answer)).toBe('')
    }
    await get('/api/review-cases', '')
    await get('/api/review-cases/{caseId}', caseId)
    await get('/api/placements/{registrationId}', registrationId)
    await get('/api/identities/of-registration/{registrationId}', registrationId)
    await correct(`/api/registrations/receipts/${receipt}`, 'receipts/{receipt}', { version: 1, mobile: '13900001111' })
    const byStaff = { version: 2, residenceStreet: '旺庄街道', reason: 'told at the site' }
    await correct(`/api/registrations/${registrationId}`, '{registrationId}', byStaff)
    await post('/api/review-cases/{caseId}/disclose', { reason: 'to check the description' })
    await post('/api/review-cases/{caseId}/approve', {})
    await post('/api/review-cases/approve', { caseIds: [caseId] })
    await get('/api/members/count', '')
    await eventually(async () => {
      const status = await get('/api/registrations/receipts/{receipt}', receipt)
      const messages = await get('/api/messages/of-registration/{registrationId}', registrationId)
      return status.json.memberNumber && messages.json.items[0]
    })
  })

  it('tells the answers about lists and erasures', async () => {
    const body = new URLSearchParams({ list: 'no upload' })
    const refused = await system.request('/api/rosters', { as: OPERATOR, body })
    expect(refused).toMatchObject({ status: 400, json: { code: 'roster_missing' } })
    expect(faults('POST /api/rosters', refused)).toBe('')
    const list = JSON.stringify({ account: 'x', 账号: 'a1', 手机号: '13800000000' })
    const answer = await system.request('/api/rosters?platform=g7', {
      as: OPERATOR,
      body: JSON.parse(list),
      headers: { 'content-type': 'application/x-ndjson' },
    })
    expect(answer.status).toBe(202)
    expect(faults('POST /api/rosters', answer)).toBe('')
    const { rosterId } = answer.json
    await eventually(async () => {
      const roster = await system.request(`/api/rosters/${rosterId}`, { as: OPERATOR })
      expect(faults('GET /api/rosters/{rosterId}', roster)).toBe('')
      return roster.json.status === 'done' || undefined
    })
    const driver = generateCampaign({ drivers: 1, duplicates: 0, seed: 8 }).records[0]!.answers
    const accepted = await system.request('/api/registrations', {
      body: { ...driver, consents: { join: true, residentId: true } },
      headers: { 'idempotency-key': crypto.randomUUID() },
    })
    const path = `/api/registrations/${accepted.json.registrationId}/erase`
    const erased = await system.request(path, { as: OPERATOR, body: { reason: 'asked for' } })
    expect(erased.status).toBe(200)
    expect(faults('POST /api/registrations/{registrationId}/erase', erased)).toBe('')
  })

  it('tells the answers about suspected duplicates and people', async () => {
    const [one, other] = generateCampaign({ drivers: 2, duplicates: 0, seed: 9 }).records.map(({ answers }) => answers)
    const register = (answers: object) =>
      system.request('/api/registrations', {
        body: { ...answers, consents: { join: true, residentId: true } },
        headers: { 'idempotency-key': crypto.randomUUID() },
      })
    // One person twice; and somebody of the same name and phone with another resident id.
    const { registrationId } = (await register(one!)).json
    await register(one!)
    await register({ ...one, residentId: other!.residentId })
    const { lo, hi, twice } = await eventually(async () => {
      const page = await system.request('/api/identities/review-items', { as: OPERATOR })
      expect(faults('GET /api/identities/review-items', page)).toBe('')
      const item = page.json.items.find(({ kind }: { kind: string }) => kind === 'id_conflict')
      const twice = item?.sides.find(({ registrations }: { registrations: number }) => registrations === 2)
      return twice && { ...item, twice: twice.identityId }
    })
    const ask = async (name: string, path: string, body?: object) => {
      const answer = await system.request(path, { as: OPERATOR, body })
      const operation = `${body ? 'POST' : 'GET'} /api/identities/${name}`
      expect([operation, answer.status]).toEqual([operation, 200])
      expect(faults(operation, answer)).toBe('')
      return answer.json
    }
    const body = { reason: 'to check the description' }
    const item = (what: string, sent?: object) =>
      ask(`review-items/{lo}/{hi}${what}`, `/api/identities/review-items/${lo}/${hi}${what}`, sent)
    const person = (what: string, sent?: object) => ask(`{identityId}${what}`, `/api/identities/${twice}${what}`, sent)
    await item('/lease', {})
    await item('/override', body)
    await item('')
    await item('/override/withdraw', {})
    await item('/disclose', body)
    await item('/release', {})
    const { judgementId } = await item('/reject', body)
    await person('')
    await ask('judgements/{judgementId}/undo', `/api/identities/judgements/${judgementId}/undo`, body)
    await person('/survivors', { field: 'name', recordId: registrationId })
    await person('/split', { ...body, recordIds: [registrationId] })
    await person('')
    const settled = await system.request(`/api/identities/review-items/${lo}/${hi}/accept`, { as: OPERATOR, body })
    expect(settled.status).toBe(409)
    expect(faults('POST /api/identities/review-items/{lo}/{hi}/accept', settled)).toBe('')
  })
})
