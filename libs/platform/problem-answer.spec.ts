import { describe, expect, it } from '@jest/globals'
import { DomainError, type ErrorKind } from './domain-error.ts'
import { answerTo } from './problem-answer.ts'
import { InvalidRequest } from './validation.ts'

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8'
const error = (kind: ErrorKind, details = {}) =>
  new DomainError(kind, 'no_luck', { zh: '<i>不行</i>', en: 'No "luck"' }, details)

describe('answerTo', () => {
  it.each([
    [BROWSER, 'text/html; charset=utf-8'],
    ['text/html', 'text/html; charset=utf-8'],
    ['text/html, application/json', 'text/html; charset=utf-8'],
    [undefined, 'application/problem+json; charset=utf-8'],
    ['*/*', 'application/problem+json; charset=utf-8'],
    ['application/json, text/html', 'application/problem+json; charset=utf-8'],
    ['application/problem+json, text/html;q=0.1', 'application/problem+json; charset=utf-8'],
  ])('to Accept: %s is %s', (accept, type) => {
    expect(answerTo(error('gone'), { accept }, 'id').headers['content-type']).toBe(type)
  })

  it('tells when to come back, and no cache to keep it', () => {
    for (const accept of [BROWSER, '*/*']) {
      expect(answerTo(error('unavailable'), { accept }, 'id').headers['retry-after']).toBe('5')
      expect(answerTo(error('too_many', { retryAfterSeconds: 60 }), { accept }, 'id').headers['retry-after']).toBe('60')
      expect(answerTo(error('gone'), { accept }, 'id').headers).not.toHaveProperty('retry-after')
      expect(answerTo(error('gone'), { accept }, 'id').headers['cache-control']).toBe('no-store')
    }
  })

  it('is JSON with the id of the request for programs', () => {
    const { status, body } = answerTo(error('conflict'), { 'accept-language': 'en' }, 'request-1')
    expect(status).toBe(409)
    expect(JSON.parse(body)).toMatchObject({ title: 'No "luck"', code: 'no_luck', requestId: 'request-1' })
  })
})

describe('the page', () => {
  const page = (failure: unknown) => answerTo(failure, { accept: BROWSER }, 'request-1').body

  it('says what happened in both languages, with code and id, as text', () => {
    const text = page(error('gone'))
    expect(text).toContain('<h1>&#60;i&#62;不行&#60;/i&#62;<br><small>No &#34;luck&#34;</small></h1>')
    expect(text).toContain('no_luck')
    expect(text).toContain('request-1')
    expect(text).toContain('tel:12351')
    expect(text).not.toMatch(/<script|<i>/)
  })

  it.each([
    ['unauthenticated', '请登录'],
    ['gone', '扫描'],
    ['not_found', '扫描'],
    ['unavailable', '刷新'],
    ['too_many', '刷新'],
    ['conflict', '返回上一页'],
  ] as [ErrorKind, string][])('advises on %s: %s', (kind, advice) => {
    expect(page(error(kind))).toMatch(new RegExp(`class="advice">[^<]*${advice}`))
  })

  it('advises to call when we are at fault', () => {
    expect(page(new Error('x'))).toMatch(/class="advice">[^<]*热线/)
  })

  it('lists what has to be mended', () => {
    const text = page(
      new InvalidRequest([{ pointer: '/name', code: 'name.missing', zh: '请填写姓名', en: 'Enter it' }]),
    )
    expect(text).toContain('请填写姓名<br><small>/name Enter it</small>')
  })
})
