import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { decodeJwt, SignJWT } from 'jose'
import { hostServices } from '#libs/platform'
import { OPERATOR } from '#libs/testing'
import { type AccountsSystem, PASSWORD, startAccounts } from './accounts-for-specs.ts'
import { accounts } from './service.ts'
import { Tokens } from './tokens.ts'

let system: AccountsSystem

beforeAll(async () => {
  system = await startAccounts()
  await system.request('/api/accounts', {
    as: OPERATOR,
    body: { name: 'Li.Na', displayName: '李娜', password: PASSWORD, role: 'steward', federationId: 'wx-xinwu' },
  })
})

afterAll(() => system?.stop())

beforeEach(async () => {
  await system.sql('delete from sign_in_attempt')
})

const signIn = (name: string, password: string, address = '203.0.113.1') =>
  system.request('/api/sessions', { body: { name, password }, headers: { 'x-forwarded-for': address } })

describe('a session', () => {
  it('opens by name, whatever its case, and password, and says who its owner is', async () => {
    const answer = await signIn(' ＬＩ.na ', PASSWORD)
    expect(answer.status).toBe(201)
    const claims = decodeJwt(answer.json.token)
    expect(claims).toMatchObject({
      name: 'Li.Na',
      role: 'steward',
      federationId: 'wx-xinwu',
      iss: 'ruhui',
      aud: 'ruhui',
    })
    expect(claims.exp! - claims.iat!).toBe(8 * 3_600)
    expect(Date.parse(answer.json.expiresAt)).toBe(claims.exp! * 1_000)
    const me = await system.requestWith(answer.json.token, '/api/accounts/me')
    expect(me.json).toEqual({
      accountId: claims.sub,
      name: 'Li.Na',
      displayName: '李娜',
      role: 'steward',
      federationId: 'wx-xinwu',
    })
  })

  it('is kept by browsers in a cookie that scripts and other sites do not get', async () => {
    const { headers, json } = await signIn('li.na', PASSWORD)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('set-cookie')).toBe(`ruhui_session=${json.token}; Path=/; HttpOnly; SameSite=Strict`)
    const cookie = headers.get('set-cookie')!.split(';')[0]!
    expect((await system.request('/api/accounts/me', { headers: { cookie } })).json.name).toBe('Li.Na')
  })

  it('ends when the browser is told to forget its cookie', async () => {
    const answer = await system.request('/api/sessions', { method: 'DELETE' })
    expect(answer.status).toBe(204)
    expect(answer.headers.get('set-cookie')).toMatch(/^ruhui_session=; Max-Age=0; Path=\//)
  })

  it('opens for the operator by the secret of the system, without a cookie', async () => {
    const answer = await system.request('/api/sessions', { body: { operatorSecret: system.secrets.OPERATOR_SECRET } })
    expect(decodeJwt(answer.json.token)).toMatchObject({ sub: 'operator', role: 'operator', federationId: 'wx' })
    expect(answer.headers.get('set-cookie')).toBeNull()
    const wrong = await system.request('/api/sessions', {
      body: { operatorSecret: `${system.secrets.OPERATOR_SECRET}x` },
    })
    expect([wrong.status, wrong.json.code]).toEqual([401, 'wrong_secret'])
  })

  it('does not open for what is neither', async () => {
    expect((await system.request('/api/sessions', { body: { name: 'li.na' } })).json.code).toBe('validation_failed')
  })
})

describe('a failed sign-in', () => {
  it('does not tell whether the name exists', async () => {
    const [wrong, unknown] = [await signIn('li.na', 'wrong password'), await signIn('nobody', 'wrong password')]
    for (const { status, json } of [wrong, unknown])
      expect([status, json.code]).toEqual([401, 'wrong_name_or_password'])
    expect({ ...wrong.json, requestId: '' }).toEqual({ ...unknown.json, requestId: '' })
  })

  it('is counted per name, also from many addresses at once, and the right password waits too', async () => {
    const tries = Array.from({ length: 13 }, (_, at) => signIn('Li.Na', 'wrong password', `203.0.113.${at}`))
    const statuses = (await Promise.all(tries)).map(({ status }) => status)
    expect(statuses.toSorted()).toEqual([...Array(10).fill(401), ...Array(3).fill(429)])
    const answer = await signIn('li.na', PASSWORD)
    expect([answer.status, answer.json.code]).toEqual([429, 'too_many_attempts'])
    expect(answer.headers.get('retry-after')).toBe(String(answer.json.retryAfterSeconds))
    expect(answer.json.retryAfterSeconds).toBeGreaterThan(0)
    expect(answer.json.retryAfterSeconds).toBeLessThanOrEqual(900)
    await system.sql(`update sign_in_attempt set since = since - interval '15 minutes'`)
    expect((await signIn('li.na', PASSWORD)).status).toBe(201)
  })

  it('is counted per address, whatever the name; other addresses go on', async () => {
    await signIn('nobody', 'wrong password')
    await system.sql('update sign_in_attempt set attempts = 50')
    expect((await signIn('li.na', PASSWORD)).status).toBe(429)
    expect((await signIn('li.na', PASSWORD, '203.0.113.2')).status).toBe(201)
  })

  it('no longer counts once the password was right', async () => {
    for (let time = 0; time < 9; time++) await signIn('li.na', 'wrong password')
    await signIn('li.na', PASSWORD)
    expect(await system.sql('select attempts from sign_in_attempt')).toEqual([{ attempts: 9 }])
    for (let time = 0; time < 10; time++) expect((await signIn('li.na', 'wrong password')).status).toBe(401)
  })

  it('leaves neither the name nor the address in the database', async () => {
    await signIn('my-secret-password', 'x')
    const [{ dump }] = await system.sql(
      `select string_agg(encode(subject, 'escape'), ' ') as dump from sign_in_attempt`,
    )
    expect(dump).not.toContain('my-secret-password')
    expect(dump).not.toContain('203.0.113.1')
  })
})

describe('a token', () => {
  const ask = async (token: string) => {
    const { status, json } = await system.requestWith(token, '/api/accounts/me')
    return [status, json.code]
  }
  const claims = { name: 'x', role: 'admin', federationId: 'wx' }
  const sign = (key: Parameters<SignJWT['sign']>[0], { expires = '1h', audience = 'ruhui' } = {}) =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: 'EdDSA' })
      .setIssuer('ruhui')
      .setAudience(audience)
      .setExpirationTime(expires)
      .sign(key)
  const ownKey = () =>
    ({ key: Buffer.from(system.secrets.TOKEN_PRIVATE_KEY, 'base64'), format: 'der', type: 'pkcs8' }) as const

  it('of another key, changed, or without signature opens nothing', async () => {
    const stranger = await sign(generateKeyPairSync('ed25519').privateKey)
    expect(await ask(stranger)).toEqual([401, 'session_ended'])
    const [head, , signature] = (await system.operatorToken()).split('.')
    const body = Buffer.from(JSON.stringify({ ...claims, iss: 'ruhui', aud: 'ruhui', exp: 9e9 })).toString('base64url')
    expect(await ask(`${head}.${body}.${signature}`)).toEqual([401, 'session_ended'])
    const none = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url')
    expect(await ask(`${none}.${body}.`)).toEqual([401, 'session_ended'])
  })

  it('past its end, or for another audience, opens nothing', async () => {
    const key = createPrivateKey(ownKey())
    expect(await ask(await sign(key))).toEqual([200, undefined])
    expect(await ask(await sign(key, { expires: '-1s' }))).toEqual([401, 'session_ended'])
    expect(await ask(await sign(key, { audience: 'other' }))).toEqual([401, 'session_ended'])
  })
})

describe('the configuration', () => {
  it('is refused when the keys are no pair, with what is wrong', () => {
    const other = generateKeyPairSync('ed25519').publicKey.export({ format: 'der', type: 'spki' }).toString('base64')
    expect(() => new Tokens(system.secrets.TOKEN_PRIVATE_KEY, other)).toThrow(/no pair/)
  })

  it('is refused when the key is none or the operator secret is short', async () => {
    const environment = { ...system.secrets, DATABASE_URL: system.databaseUrl, PORT: '0' }
    const start = (changes: object) => hostServices([accounts], { environment: { ...environment, ...changes } })
    await expect(start({ TOKEN_PRIVATE_KEY: 'bm8ga2V5' })).rejects.toThrow(
      /TOKEN_PRIVATE_KEY: is no Ed25519 private key/,
    )
    await expect(start({ OPERATOR_SECRET: 'short' })).rejects.toThrow(/OPERATOR_SECRET/)
  })
})
