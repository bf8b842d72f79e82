import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { OPERATOR } from '#libs/testing'
import { type AccountsSystem, PASSWORD, startAccounts } from './accounts-for-specs.ts'

let system: AccountsSystem

beforeAll(async () => {
  system = await startAccounts()
})

afterAll(() => system?.stop())

const CITY_ADMIN = { role: 'admin', federationId: 'wx' } as const
const DISTRICT_ADMIN = { role: 'admin', federationId: 'wx-xinwu' } as const
const STEWARD = { role: 'steward', federationId: 'wx' } as const

let made = 0
const account = (changes: object = {}) => ({
  name: `name-${++made}`,
  displayName: '王小明',
  password: PASSWORD,
  role: 'steward',
  federationId: 'wx-xinwu',
  ...changes,
})
type Sender = typeof OPERATOR | typeof CITY_ADMIN | typeof DISTRICT_ADMIN | typeof STEWARD
const create = (as: Sender, changes: object = {}) => system.request('/api/accounts', { as, body: account(changes) })

describe('an account', () => {
  it('is made with its event in the log, and shows no password', async () => {
    const { status, json, text } = await create(CITY_ADMIN, { name: 'Zhang.San', role: 'admin' })
    expect(status).toBe(201)
    expect(json).toMatchObject({ name: 'Zhang.San', displayName: '王小明', role: 'admin', federationId: 'wx-xinwu' })
    expect(text).not.toMatch(/password|argon2/i)
    expect(await system.sql('select type, data from event_log where key = $1', [json.accountId])).toEqual([
      { type: 'account.created', data: { accountId: json.accountId, role: 'admin', federationId: 'wx-xinwu' } },
    ])
    const [{ hash }] = await system.sql('select password_hash as hash from account where id = $1', [json.accountId])
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  })

  it('has a name of its own, whatever the case, and leaves no event when it has not', async () => {
    await create(OPERATOR, { name: 'Chen' })
    const before = await system.sql('select count(*) from event_log')
    const answer = await create(OPERATOR, { name: 'cHEN' })
    expect([answer.status, answer.json.code]).toEqual([409, 'name_taken'])
    expect(await system.sql('select count(*) from event_log')).toEqual(before)
  })

  it('needs a proper name, a person, a long password and a known role', async () => {
    const { status, json } = await create(OPERATOR, {
      name: 'a b',
      displayName: ' ',
      password: '九个字不够长密码啊',
      role: 'king',
      federationId: 'WX',
    })
    expect(status).toBe(400)
    expect(json.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
      '/name',
      '/displayName',
      '/password',
      '/role',
      '/federationId',
    ])
    expect(json.errors[2].zh).toBe('密码至少 10 个字符，最多 200 个')
    expect((await create(OPERATOR, { name: 'Operator' })).status).toBe(400)
  })
})

describe('who makes accounts', () => {
  it.each([
    [OPERATOR, { role: 'operator' }, 201],
    [OPERATOR, { role: 'admin', federationId: 'wx-yixing' }, 201],
    [CITY_ADMIN, { role: 'admin', federationId: 'wx-yixing' }, 201],
    [CITY_ADMIN, { role: 'operator' }, 403],
    [DISTRICT_ADMIN, { role: 'admin' }, 201],
    [DISTRICT_ADMIN, { federationId: 'wx' }, 403],
    [DISTRICT_ADMIN, { federationId: 'wx-yixing' }, 403],
    [DISTRICT_ADMIN, { role: 'operator' }, 403],
    [STEWARD, {}, 403],
  ])('%j, %j: %i', async (sender, changes, status) => {
    expect((await create(sender, changes)).status).toBe(status)
  })

  it('nobody without a session', async () => {
    const answer = await system.request('/api/accounts', { body: account() })
    expect([answer.status, answer.json.code]).toEqual([401, 'sign_in_first'])
  })
})

describe('the list', () => {
  it('shows every account to the city, the own federation to a district, nothing to stewards', async () => {
    await create(OPERATOR, { federationId: 'wx-binhu' })
    const federations = async (as: Sender) => {
      const { json } = await system.request('/api/accounts', { as })
      return new Set(json.items.map(({ federationId }: { federationId: string }) => federationId))
    }
    expect(await federations(OPERATOR)).toContain('wx-binhu')
    expect(await federations(CITY_ADMIN)).toContain('wx-binhu')
    expect(await federations(DISTRICT_ADMIN)).toEqual(new Set(['wx-xinwu']))
    expect((await system.request('/api/accounts', { as: STEWARD })).status).toBe(403)
  })
})

describe('a disabled account', () => {
  const disable = (accountId: string, bearer: string) =>
    system.requestWith(bearer, `/api/accounts/${accountId}/disable`, { method: 'POST' })

  it('signs in no more, and the answer does not tell why', async () => {
    const { json } = await create(OPERATOR, { name: 'leaver' })
    const operator = await system.operatorToken()
    const first = await disable(json.accountId, operator)
    expect(first.json.disabledAt).not.toBeNull()
    expect((await disable(json.accountId, operator)).json.disabledAt).toBe(first.json.disabledAt)
    const answer = await system.request('/api/sessions', { body: { name: 'leaver', password: PASSWORD } })
    expect([answer.status, answer.json.code]).toEqual([401, 'wrong_name_or_password'])
  })

  it('is neither the own one, nor one of another federation, nor unknown', async () => {
    const own = (await create(OPERATOR, { name: 'district', role: 'admin' })).json.accountId
    const other = (await create(OPERATOR, { federationId: 'wx-yixing' })).json.accountId
    const bearer = await system.tokenOf('district')
    expect((await disable(own, bearer)).json.code).toBe('own_account')
    expect((await disable(other, bearer)).json.code).toBe('not_allowed')
    expect((await disable('00000000-0000-4000-8000-000000000000', bearer)).json.code).toBe('no_such_account')
  })
})
