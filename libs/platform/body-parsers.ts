import { isUtf8 } from 'node:buffer'
import type { NestFastifyApplication } from '@nestjs/platform-fastify'
import type { RawServerDefault } from 'fastify'
import { DomainError } from './domain-error.ts'

/** Longest body: a batch of 500 registrations has about 300 kB. */
export const BODY_LIMIT_BYTES = 4 * 1024 * 1024

const MALFORMED_JSON = new DomainError('invalid', 'malformed_json', {
  zh: '内容不是有效的 JSON，请检查格式',
  en: 'The content is no valid JSON: check its form',
})

const NOT_UTF8 = new DomainError('invalid', 'not_utf8', {
  zh: '文字编码有误，请用 UTF-8 编码重新提交',
  en: 'The text is not in UTF-8: send it again in UTF-8, without NUL characters',
})

/**
 * Lets an application read JSON and forms, both in UTF-8, and refuse everything else. Without the check, text in GBK
 * would be kept with its characters replaced; NUL characters fit no PostgreSQL text.
 */
export function readBodies(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance()
  const parseJson = fastify.getDefaultJsonParser('error', 'error')
  fastify.removeContentTypeParser('text/plain')
  app.useBodyParser<RawServerDefault>('application/json', { bodyLimit: BODY_LIMIT_BYTES }, (request, body, done) => {
    const text = body.toString()
    if (!isUtf8(body) || text.includes('\\u0000')) return done(NOT_UTF8)
    void parseJson(request, text, (error, value) => done(error && MALFORMED_JSON, value))
  })
  const form = 'application/x-www-form-urlencoded'
  app.useBodyParser(form, { bodyLimit: BODY_LIMIT_BYTES }, (_, body, done) => {
    const fields = new URLSearchParams(body.toString())
    if (/[\0\uFFFD]/.test([...fields].flat().join())) return done(NOT_UTF8)
    done(null, Object.fromEntries(fields))
  })
}
