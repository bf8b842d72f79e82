import { connect } from 'node:net'
import { afterAll, describe, expect, it } from '@jest/globals'
import { startTestSystem } from '#libs/testing'
import { sampleService } from './sample-service.ts'

const system = await startTestSystem([sampleService], { SAMPLE_GREETING: '你好' })
afterAll(() => system.stop())

const json = { 'content-type': 'application/json' }

/** Sends bytes as they are; `fetch` would set headers right. */
async function send(path: string, body: string | Uint8Array, headers: Record<string, string> = json) {
  const response = await fetch(`${system.url}${path}`, { method: 'POST', body: body as BodyInit, headers })
  return { status: response.status, json: await response.json() }
}

it('serves routes with what the environment configured', async () => {
  expect((await system.request('/sample/hello')).json).toEqual({ greeting: '你好' })
})

it('tells browsers to guess no types and no other site the address, whatever the answer', async () => {
  for (const path of ['/sample/hello', '/sample/broken', '/sample/nowhere', '/nowhere', '/health/live', '/metrics']) {
    const { headers } = await system.request(path)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
  }
})

describe('request id', () => {
  it('is kept when a proxy has given one, and stands in answer and problem', async () => {
    const { headers, json } = await system.request('/sample/broken', { headers: { 'x-request-id': 'edge-0000-17' } })
    expect(headers.get('x-request-id')).toBe('edge-0000-17')
    expect(json.requestId).toBe('edge-0000-17')
  })

  it('is new when none came, or one that is no id', async () => {
    const uuid = /^[\da-f]{8}-[\da-f-]{27}$/
    for (const given of ['', 'short', 'x'.repeat(65), '<script>alert(1)</script>']) {
      const answer = await system.request('/sample/broken', { headers: { 'x-request-id': given } })
      expect(answer.headers.get('x-request-id')).toMatch(uuid)
      expect(answer.json.requestId).toBe(answer.headers.get('x-request-id'))
    }
  })
})

describe('bodies', () => {
  it('are read as JSON and as forms', async () => {
    expect(await send('/sample/echo', JSON.stringify({ text: '王小明𠮷' }))).toEqual({
      status: 201,
      json: { text: '王小明𠮷' },
    })
    const form = { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' }
    expect(await send('/sample/echo', 'text=%E7%8E%8B+%E6%98%8E%F0%A0%AE%B7', form)).toEqual({
      status: 201,
      json: { text: '王 明𠮷' },
    })
  })

  it('of malformed JSON are refused without a word of Fastify', async () => {
    for (const body of ['{"text": ', '{"text": "a",}', 'text', '', '{"__proto__": {"admin": true}, "text": "a"}']) {
      const { status, json } = await send('/sample/echo', body)
      expect([body, status, json.code]).toEqual([body, 400, 'malformed_json'])
      expect(json.title).toBe('内容不是有效的 JSON，请检查格式')
    }
  })

  it('in GBK, cut off within a character, or with NUL are refused', async () => {
    const gbk = Buffer.from('7b2274657874223a22cdf5227d', 'hex')
    const cut = Buffer.from('{"text":"王"}').subarray(0, 11)
    for (const body of [gbk, cut, '{"text":"a\\u0000b"}']) {
      expect(await send('/sample/echo', body)).toMatchObject({ status: 400, json: { code: 'not_utf8' } })
    }
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    for (const body of ['text=%CD%F5', Buffer.from('746578743dcdf5', 'hex'), 'text=a%00b', '%CD%F5=a']) {
      expect(await send('/sample/echo', body, form)).toMatchObject({ status: 400, json: { code: 'not_utf8' } })
    }
  })

  it('over the limit are refused', async () => {
    const body = JSON.stringify({ text: 'x'.repeat(4 * 1024 * 1024) })
    expect(await send('/sample/echo', body)).toMatchObject({ status: 413, json: { code: 'too_large' } })
    const fits = JSON.stringify({ text: 'x'.repeat(4 * 1024 * 1024 - 20) })
    expect((await send('/sample/echo', fits)).status).toBe(201)
  })

  it('of other types are refused: nobody can post plain text from another site', async () => {
    for (const type of ['text/plain', 'application/xml', 'multipart/form-data; boundary=x', 'nonsense']) {
      const { status, json } = await send('/sample/echo', '{"text":"a"}', { 'content-type': type })
      expect([type, status, json.code]).toEqual([type, 415, 'unsupported_media_type'])
    }
  })

  it('that do not fit the schema are told where and why, in both languages', async () => {
    const { status, json } = await send('/sample/echo', JSON.stringify({ text: '' }))
    expect({ status, code: json.code, errors: json.errors }).toEqual({
      status: 400,
      code: 'validation_failed',
      errors: [{ pointer: '/text', code: 'too_small', zh: expect.any(String), en: expect.stringContaining('>=1') }],
    })
    expect(await send('/sample/echo', 'null')).toMatchObject({ status: 400, json: { code: 'validation_failed' } })
  })
})

describe('addresses', () => {
  it('that nobody serves are a problem like every other', async () => {
    expect(await system.request('/sample/nowhere')).toMatchObject({ status: 404, json: { code: 'not_found' } })
    const { status, json } = await system.request('/sample/echo', { method: 'DELETE' })
    expect([status, json.code]).toEqual([404, 'not_found'])
  })

  it('that are malformed or too long are a problem, not an error', async () => {
    expect(await raw('GET /sample/refused/%E0%A4%A HTTP/1.1')).toMatchObject({ status: 400, code: 'bad_request' })
    const long = `/sample/refused/${'x'.repeat(3_000)}`
    expect(await raw(`GET ${long} HTTP/1.1`)).toMatchObject({ status: 414, code: 'address_too_long' })
  })

  /** `fetch` repairs addresses, so these are written by hand. */
  function raw(line: string): Promise<{ status: number; code: string }> {
    return new Promise((resolve, reject) => {
      const { port } = new URL(system.url)
      const socket = connect(Number(port), '127.0.0.1')
      let text = ''
      socket.on('data', (chunk) => {
        text += chunk
      })
      socket.on('error', reject)
      socket.on('end', () => {
        const body = JSON.parse(text.slice(text.indexOf('\r\n\r\n') + 4))
        resolve({ status: Number(text.split(' ')[1]), code: body.code })
      })
      socket.write(`${line}\r\nhost: here\r\nconnection: close\r\n\r\n`)
    })
  }
})

describe('errors', () => {
  it.each([
    ['invalid', 400],
    ['unauthenticated', 401],
    ['forbidden', 403],
    ['not_found', 404],
    ['conflict', 409],
    ['gone', 410],
    ['unprocessable', 422],
    ['too_many', 429],
    ['unavailable', 503],
  ])('of the kind %s are answered with %i', async (kind, status) => {
    const answer = await system.request(`/sample/refused/${kind}`)
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-type')).toContain('application/problem+json')
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.json).toMatchObject({ title: '不行 <b>', code: 'no_luck', status, hint: 7 })
    expect(answer.headers.get('retry-after')).toBe(kind === 'unavailable' ? '5' : '9')
  })

  it('speak English to who asks for it', async () => {
    const english = await system.request('/sample/refused/gone', { headers: { 'accept-language': 'en-GB,zh;q=0.8' } })
    expect(english.json.title).toBe('No luck')
  })

  it('that nobody expected say nothing of themselves', async () => {
    for (const accept of ['*/*', 'text/html']) {
      const { status, text } = await system.request('/sample/broken', { headers: { accept } })
      expect(status).toBe(500)
      expect(text).toContain('internal')
      expect(text).not.toMatch(/secret plan|Error:|\.ts/)
    }
  })

  it('are a page for a browser, with the same status', async () => {
    const browser = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' }
    const { status, headers, text } = await system.request('/sample/refused/gone', { headers: browser })
    expect(status).toBe(410)
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(text).toContain('<h1>不行 &#60;b&#62;<br><small>No luck</small></h1>')
    expect(text).toContain(headers.get('x-request-id') ?? 'none')
  })
})
