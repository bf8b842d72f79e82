import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { afterAll, describe, expect, it } from '@jest/globals'
import { base64url, type JWTPayload, SignJWT } from 'jose'
import { startTestSystem } from '#libs/testing'
import { SESSION_COOKIE } from './access.ts'
import { sampleService } from './sample-service.ts'

const system = await startTestSystem([sampleService])
afterAll(() => system.stop())

const key = createPrivateKey({
  key: Buffer.from(system.secrets.TOKEN_PRIVATE_KEY, 'base64'),
  format: 'der',
  type: 'pkcs8',
})
const claims = { sub: 'account-1', name: '管理员', role: 'admin', federationId: 'wx', iss: 'ruhui', aud: 'ruhui' }

function sign(changes: JWTPayload = {}, { expires = '1h', with: signer = key } = {}): Promise<string> {
  return new SignJWT({ ...claims, ...changes })
    .setProtectedHeader({ alg: 'EdDSA' })
    .setExpirationTime(expires)
    .sign(signer)
}

async function ask(path: string, headers: Record<string, string> = {}) {
  const { status, json } = await system.request(path, { headers })
  return { status, code: json.code, json }
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

describe('a route for the signed-in', () => {
  it('knows the sender by the token', async () => {
    expect(await ask('/sample/admins', bearer(await sign()))).toMatchObject({
      status: 200,
      json: { accountId: 'account-1', name: '管理员', role: 'admin', federationId: 'wx' },
    })
  })

  it('knows the sender by the cookie, among others', async () => {
    const cookie = `a=b; ${SESSION_COOKIE}=${await sign()}; c=d`
    expect((await ask('/sample/admins', { cookie })).status).toBe(200)
  })

  it('asks to sign in when there is no token', async () => {
    for (const headers of [{}, { authorization: 'Basic YTpi' }, { authorization: 'Bearer ' }, { cookie: 'a=b' }]) {
      expect(await ask('/sample/admins', headers as Record<string, string>)).toMatchObject({
        status: 401,
        code: 'sign_in_first',
      })
    }
  })

  it('refuses a token that somebody else signed, altered, or did not sign', async () => {
    const stranger = generateKeyPairSync('ed25519').privateKey
    const [head, , signature] = (await sign()).split('.')
    const payload = base64url.encode(JSON.stringify({ ...claims, role: 'operator', exp: 4_000_000_000 }))
    const none = `${base64url.encode(JSON.stringify({ alg: 'none' }))}.${payload}.`
    const hmac = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime('1h')
      .sign(Buffer.from(system.secrets.TOKEN_PUBLIC_KEY, 'base64'))
    for (const token of [await sign({}, { with: stranger }), `${head}.${payload}.${signature}`, none, hmac, 'x']) {
      expect(await ask('/sample/admins', bearer(token))).toMatchObject({ status: 401, code: 'session_ended' })
    }
  })

  it('refuses a token that has ended, never ends, or is not for us', async () => {
    const endless = await new SignJWT(claims).setProtectedHeader({ alg: 'EdDSA' }).sign(key)
    for (const token of [
      await sign({}, { expires: '1 second ago' }),
      endless,
      await sign({ iss: 'other' }),
      await sign({ aud: 'other' }),
    ]) {
      expect(await ask('/sample/admins', bearer(token))).toMatchObject({ status: 401, code: 'session_ended' })
    }
  })

  it('is for operators and admins unless it says otherwise', async () => {
    const allowed = { operator: 200, admin: 200, steward: 403, driver: 403 }
    for (const [role, status] of Object.entries(allowed)) {
      expect((await ask('/sample/admins', bearer(await sign({ role })))).status).toBe(status)
    }
    expect(await ask('/sample/stewards', bearer(await sign()))).toMatchObject({ status: 403, code: 'not_allowed' })
    expect((await ask('/sample/stewards', bearer(await sign({ role: 'steward' })))).status).toBe(200)
  })
})

it('lets everybody use a public route, whatever token comes along', async () => {
  expect((await ask('/sample/hello', bearer('x'))).status).toBe(200)
})

describe('a write with the session cookie', () => {
  const path = '/api/events/sample/replay'
  const write = async (headers: Record<string, string>) => {
    const cookie = `${SESSION_COOKIE}=${await sign({ role: 'operator' })}`
    return (await system.request(path, { method: 'POST', body: {}, headers: { cookie, ...headers } })).status
  }

  it('is refused when a browser sends it for another site', async () => {
    expect(await write({ 'sec-fetch-site': 'cross-site' })).toBe(403)
    expect(await write({ 'sec-fetch-site': 'same-site' })).toBe(403)
    expect(await write({ origin: 'https://elsewhere.example' })).toBe(403)
  })

  it('is taken from our own pages and from programs', async () => {
    expect(await write({ 'sec-fetch-site': 'same-origin' })).toBe(201)
    expect(await write({ origin: system.url.replace('localhost', new URL(system.url).hostname) })).toBe(201)
    expect(await write({})).toBe(201)
  })
})
