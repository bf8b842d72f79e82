import { describe, expect, it } from '@jest/globals'
import { ForbiddenException, HttpException } from '@nestjs/common'
import { QueryFailedError } from 'typeorm'
import { TransactionConflict } from '#libs/database'
import { DomainError } from './domain-error.ts'
import { languageOf, problemOf, refusalOf } from './problem.ts'

const gone = new DomainError('gone', 'revoked', { zh: '已停用', en: 'Revoked' }, { since: 'May', status: 200 })

describe('problemOf', () => {
  it('has the members of RFC 9457, the code, and the details of the error', () => {
    expect(problemOf(gone, 'zh')).toEqual({
      type: 'https://ruhui.example/problems/revoked',
      title: '已停用',
      status: 410,
      code: 'revoked',
      since: 'May',
    })
    expect(problemOf(gone, 'en').title).toBe('Revoked')
  })
})

describe('refusalOf', () => {
  it.each([
    ['the server is shutting down', { code: '57P01' }],
    ['too many connections', { code: '53300' }],
    ['nobody listens', { code: 'ECONNREFUSED' }],
  ])('asks to come back when the database is away: %s', (message, extra) => {
    const error = new QueryFailedError('select 1', [], Object.assign(new Error(message), extra))
    expect(refusalOf(error)).toMatchObject({ status: 503, code: 'temporarily_unavailable' })
  })

  it('asks to come back after a transaction that lost against others', () => {
    expect(refusalOf(new TransactionConflict('too late'))).toMatchObject({ status: 503 })
  })

  it('knows the errors of Nest and Fastify by their status', () => {
    expect(refusalOf(new HttpException('x', 413))).toMatchObject({ status: 413, code: 'too_large' })
    expect(refusalOf(Object.assign(new Error('x'), { statusCode: 415 }))).toMatchObject({ status: 415 })
    expect(refusalOf(new ForbiddenException('secret'))).toMatchObject({ status: 403, code: 'http_403' })
    expect(JSON.stringify(refusalOf(new ForbiddenException('secret')))).not.toContain('secret')
  })

  it.each([[new Error('secret')], [Object.assign(new Error('secret'), { statusCode: 502 })], ['secret'], [undefined]])(
    'says nothing of an unexpected %p',
    (error) => {
      expect(refusalOf(error)).toMatchObject({ status: 500, code: 'internal' })
      expect(JSON.stringify(refusalOf(error))).not.toContain('secret')
    },
  )
})

describe('languageOf', () => {
  it.each([
    [undefined, 'zh'],
    ['zh-CN,en;q=0.9', 'zh'],
    ['en', 'en'],
    ['en-US,zh;q=0.5', 'en'],
    ['*', 'zh'],
    ['enm', 'zh'],
  ])('%s → %s', (header, language) => {
    expect(languageOf(header)).toBe(language)
  })
})
