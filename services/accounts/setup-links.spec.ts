import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { eventually, OPERATOR } from '#libs/testing'
import { type AccountsSystem, PASSWORD, startAccounts } from './accounts-for-specs.ts'

const PUBLIC_URL = 'https://union.example'
let system: AccountsSystem

beforeAll(async () => {
  system = await startAccounts({ PUBLIC_URL })
})

afterAll(() => system?.stop())

beforeEach(async () => {
  await system.sql('truncate account, setup_link')
})

const issue = () => system.request('/api/setup-links', { as: OPERATOR, method: 'POST' })
const newLink = async (): Promise<string> => new URL((await issue()).json.url).pathname
const fill = (link: string, changes: object = {}) =>
  system.request(link, {
    body: new URLSearchParams({ name: 'boss', displayName: '周主席', password: PASSWORD, ...changes }),
  })
const admins = async () => (await system.sql(`select name from account where role = 'admin'`)).length

describe('a set-up link', () => {
  it('is for the public address, lasts a day, and is kept as a hash only', async () => {
    const { status, json } = await issue()
    expect(status).toBe(201)
    expect(json.url).toMatch(/^https:\/\/union\.example\/console\/setup\/[\w-]{43}$/)
    const [link] = await system.sql(`select encode(token_hash, 'escape') as hash, expires_at from setup_link`)
    expect(link.expires_at.toISOString()).toBe(json.expiresAt)
    expect(json.url).not.toContain(link.hash)
  })

  it('makes the first admin of the city, signed in at once', async () => {
    const link = await newLink()
    expect((await system.request(link)).status).toBe(200)
    const answer = await fill(link)
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/console'])
    expect(answer.headers.get('set-cookie')).toMatch(/; HttpOnly; SameSite=Strict; Secure$/)
    const cookie = answer.headers.get('set-cookie')!.split(';')[0]!
    const me = await system.request('/api/accounts/me', { headers: { cookie } })
    expect(me.json).toMatchObject({ name: 'boss', displayName: '周主席', role: 'admin', federationId: 'wx' })
    expect(await system.sql('select data from event_log where key = $1', [me.json.accountId])).toHaveLength(1)
  })

  it('works once; then it leads to sign-in', async () => {
    const link = await newLink()
    await fill(link)
    for (const again of [await fill(link, { name: 'other' }), await system.request(link)]) {
      expect(again.status).toBe(410)
      expect(again.text).toContain('href="/console/sign-in"')
    }
    expect(await admins()).toBe(1)
    expect(await system.sql('select * from setup_link')).toEqual([])
  })

  it.each(['one link', 'different links'])('makes one admin when %s is used twice at the same time', async (which) => {
    const first = await newLink()
    const links = [first, which === 'one link' ? first : await newLink()]
    await system.sql('begin')
    // Nobody can finish before both have begun.
    await system.sql('lock table event_log in exclusive mode')
    const answers = Promise.all(links.map((link, at) => fill(link, { name: `boss-${at}` })))
    await eventually(async () => {
      const [{ waiting }] = await system.sql(
        `select count(*)::int as waiting from pg_locks where not granted and database =
           (select oid from pg_database where datname = current_database())`,
      )
      return waiting === 2 || undefined
    })
    await system.sql('commit')
    expect((await answers).map(({ status }) => status).toSorted()).toEqual([303, 410])
    expect(await admins()).toBe(1)
  })

  it('ends after a day, and says how to get another', async () => {
    const link = await newLink()
    await system.sql(`update setup_link set expires_at = expires_at - interval '1 day'`)
    for (const late of [await system.request(link), await fill(link)]) {
      expect(late.status).toBe(410)
      expect(late.text).toContain('链接 24 小时内有效')
    }
    expect(await admins()).toBe(0)
  })

  it('is not guessed', async () => {
    await newLink()
    expect((await fill(`/console/setup/${'x'.repeat(43)}`)).status).toBe(410)
    expect(await admins()).toBe(0)
  })

  it('is not made any more once there is an admin', async () => {
    await fill(await newLink())
    const answer = await issue()
    expect([answer.status, answer.json.code]).toEqual([409, 'already_set_up'])
  })

  it('is made for operators only', async () => {
    const as = { role: 'admin', federationId: 'wx' } as const
    expect((await system.request('/api/setup-links', { as, method: 'POST' })).status).toBe(403)
    expect((await system.request('/api/setup-links', { method: 'POST' })).status).toBe(401)
  })
})

describe('the set-up form', () => {
  it('says what to mend and keeps what was typed, but not the password', async () => {
    const link = await newLink()
    const { status, text } = await fill(link, { name: 'a b"<i>', displayName: '周主席', password: 'short-pw' })
    expect(status).toBe(422)
    expect(text).toContain('密码至少 10 个字符')
    expect(text).toContain('登录名为 2 到 64 个')
    expect(text).toContain('value="周主席"')
    expect(text).not.toContain('short-pw')
    expect(text).not.toContain('<i>')
    expect((await fill(link)).status).toBe(303)
  })

  it('says so when the name is taken, and stays good', async () => {
    await system.request('/api/accounts', {
      as: OPERATOR,
      body: { name: 'BOSS', displayName: '李', password: PASSWORD, role: 'steward', federationId: 'wx' },
    })
    const link = await newLink()
    const answer = await fill(link)
    expect(answer.status).toBe(422)
    expect(answer.text).toContain('这个登录名已被使用')
    expect((await fill(link, { name: 'boss2' })).status).toBe(303)
  })
})
