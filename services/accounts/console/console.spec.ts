import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { OPERATOR } from '#libs/testing'
import { type AccountsSystem, PASSWORD, startAccounts } from '../accounts-for-specs.ts'

let system: AccountsSystem
let cookie: string

const signIn = (password: string, headers: Record<string, string> = {}, name = 'admin') =>
  system.request('/console/sign-in', { body: new URLSearchParams({ name, password }), headers })

beforeAll(async () => {
  system = await startAccounts()
  await system.request('/api/accounts', {
    as: OPERATOR,
    body: { name: 'admin', displayName: '<b>王</b>', password: PASSWORD, role: 'admin', federationId: 'wx' },
  })
  cookie = (await signIn(PASSWORD)).headers.get('set-cookie')!.split(';')[0]!
})

afterAll(() => system?.stop())

describe('the console', () => {
  it('leads who is not signed in, or no longer, to the sign-in page', async () => {
    for (const old of ['', 'ruhui_session=old']) {
      const answer = await system.request('/console', { headers: { cookie: old } })
      expect([answer.status, answer.headers.get('location')]).toEqual([303, '/console/sign-in'])
    }
  })

  it('shows the home page to who is, with the name as text', async () => {
    const { status, text } = await system.request('/console', { headers: { cookie } })
    expect(status).toBe(200)
    expect(text).toContain('&#60;b&#62;王&#60;/b&#62;')
    for (const id of ['cases', 'funnel', 'codes']) expect(text).toContain(`<div id="${id}"`)
    expect(text).toContain('<script src="/console/console.js" defer>')
  })

  it('serves a script that stands on its own', async () => {
    const { headers, text } = await system.request('/console/console.js')
    expect(headers.get('content-type')).toMatch('text/javascript')
    const asked: string[] = []
    const element = () => ({
      append() {},
      replaceChildren() {},
      setAttribute() {},
      addEventListener() {},
      querySelectorAll: () => [],
    })
    runInNewContext(text, {
      document: { getElementById: element, createElement: element },
      fetch: (path: string) => {
        asked.push(path)
        return Promise.reject(new Error('offline'))
      },
    })
    expect(asked.toSorted()).toEqual(['/api/insights/funnel', '/api/review-cases?status=open', '/api/sites'])
  })

  it('signs out', async () => {
    const answer = await system.request('/console/sign-out', { method: 'POST', headers: { cookie } })
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/console/sign-in'])
    expect(answer.headers.get('set-cookie')).toMatch(/^ruhui_session=; Max-Age=0;/)
  })
})

describe('the sign-in page', () => {
  it('needs no script', async () => {
    const { text } = await system.request('/console/sign-in')
    expect(text).toMatch(/<form [^>]*method="post" action="\/console\/sign-in"/)
    expect(text).not.toContain('<script')
  })

  it('keeps the name, not the password, after a mistake', async () => {
    const { status, text } = await signIn('not the password')
    expect(status).toBe(401)
    expect(text).toContain('登录名或密码不正确')
    expect(text).toContain('value="admin"')
    expect(text).not.toContain('not the password')
  })

  it('leads home with the right password', async () => {
    const answer = await signIn(PASSWORD)
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/console'])
  })

  it('says how long to wait after too many mistakes', async () => {
    for (let time = 0; time < 10; time++) await signIn('not the password', {}, 'guessed')
    const { status, text } = await signIn('not the password', {}, 'guessed')
    expect(status).toBe(429)
    expect(text).toContain('请 15 分钟后再试')
  })
})

describe('pages', () => {
  it('are neither kept nor framed, and run no script but ours', async () => {
    for (const path of ['/console', '/console/sign-in', '/console/setup/x']) {
      const { headers } = await system.request(path, { headers: { cookie } })
      const policy = headers.get('content-security-policy')
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("script-src 'self';")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).not.toContain('unsafe')
      expect(headers.get('cache-control')).toBe('no-store')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
    }
  })
})

describe('a write from another site', () => {
  const sites: [string, Record<string, string>, boolean][] = [
    ['says cross-site', { 'sec-fetch-site': 'cross-site' }, false],
    ['says same-site: a neighbour domain', { 'sec-fetch-site': 'same-site' }, false],
    ['names another origin', { origin: 'http://evil.example' }, false],
    ['hides its origin', { origin: 'null' }, false],
    ['says same-origin', { 'sec-fetch-site': 'same-origin' }, true],
    ['comes from the address bar', { 'sec-fetch-site': 'none' }, true],
  ]

  it.each(sites)('that %s', async (_, headers, passes) => {
    expect((await signIn(PASSWORD, headers)).status).toBe(passes ? 303 : 403)
    const body = { name: 'admin', password: PASSWORD }
    expect((await system.request('/api/sessions', { body, headers })).status).toBe(passes ? 201 : 403)
    const withCookie = await system.request('/api/accounts', { body: {}, headers: { ...headers, cookie } })
    expect(withCookie.json.code).toBe(passes ? 'validation_failed' : 'other_site')
  })

  it('passes with the own origin, and with a bearer token from anywhere', async () => {
    expect((await signIn(PASSWORD, { origin: system.url })).status).toBe(303)
    const elsewhere = { 'sec-fetch-site': 'cross-site' }
    const answer = await system.request('/api/accounts', { as: OPERATOR, body: {}, headers: elsewhere })
    expect(answer.json.code).toBe('validation_failed')
  })

  it('is told as a page on the pages, and reading is not stopped', async () => {
    const { headers, text } = await signIn(PASSWORD, { 'sec-fetch-site': 'cross-site' })
    expect(headers.get('content-type')).toMatch('text/html')
    expect(text).toContain('请求来自其他网站')
    const read = await system.request('/console', { headers: { 'sec-fetch-site': 'cross-site', cookie } })
    expect(read.status).toBe(200)
  })
})
