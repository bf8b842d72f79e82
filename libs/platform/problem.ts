import { HttpException } from '@nestjs/common'
import { isDatabaseOutage, lostAgainstAnother } from '#libs/database'
import { type Bilingual, DomainError, type ErrorKind } from './domain-error.ts'
import { InvalidRequest } from './validation.ts'

/** What a caller is told of an error, before language and format are chosen. Holds nothing of unexpected errors. */
export interface Refusal {
  readonly status: number
  /** Stable, part of the API. */
  readonly code: string
  readonly say: Bilingual
  readonly details: Readonly<Record<string, unknown>>
}

/** RFC 9457 problem details, with our stable `code` and the id to quote when asking for help. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: string
  readonly requestId?: string
  readonly [extension: string]: unknown
}

const statusOf: Record<ErrorKind, number> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  gone: 410,
  unprocessable: 422,
  too_many: 429,
  unavailable: 503,
}

/** The system can't do it now, and will again soon. */
export const UNAVAILABLE = new DomainError('unavailable', 'temporarily_unavailable', {
  zh: '系统正忙，请稍后再试，已填写的内容不会丢失',
  en: 'The system is busy: please try again in a moment. What you typed is not lost.',
})

/** Errors of Nest and Fastify, by the status that they carry. */
const saysOfStatus: Record<number, Bilingual & { code: string }> = {
  400: { code: 'bad_request', zh: '请求格式有误', en: 'The request is malformed' },
  404: { code: 'not_found', zh: '没有找到这个地址', en: 'There is nothing at this address' },
  405: { code: 'method_not_allowed', zh: '不支持这种操作', en: 'This method is not supported here' },
  413: { code: 'too_large', zh: '内容太大，请分批提交', en: 'The content is too large: send it in parts' },
  414: { code: 'address_too_long', zh: '地址太长，请核对', en: 'The address is too long: check it' },
  415: { code: 'unsupported_media_type', zh: '不支持这种内容格式', en: 'This content type is not supported' },
}

/** What to tell the caller of an error; anything unexpected becomes a plain 500. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof InvalidRequest) {
    return { status: 400, code: 'validation_failed', say: error.say, details: { errors: error.errors } }
  }
  if (error instanceof DomainError) {
    return { status: statusOf[error.kind], code: error.code, say: error.say, details: error.details }
  }
  if (isDatabaseOutage(error) || lostAgainstAnother(error)) return refusalOf(UNAVAILABLE)
  const status =
    error instanceof HttpException ? error.getStatus() : Number((error as { statusCode?: number })?.statusCode)
  if (status >= 400 && status < 500) {
    const other = { code: `http_${status}`, zh: '请求无法处理', en: 'Request refused' }
    const { code, zh, en } = saysOfStatus[status] ?? other
    return { status, code, say: { zh, en }, details: {} }
  }
  const say = { zh: '系统内部错误，我们已记录，请稍后再试', en: 'An internal error; it was recorded' }
  return { status: 500, code: 'internal', say, details: {} }
}

/** The problem that an error is, in the language that the caller prefers. */
export function problemOf(error: unknown, language: keyof Bilingual): Problem {
  const { status, code, say, details } = refusalOf(error)
  return { ...details, type: `https://ruhui.example/problems/${code}`, title: say[language], status, code }
}

/** `en` for callers who ask for English before Chinese. */
export function languageOf(acceptLanguage: string | undefined): keyof Bilingual {
  return /^\s*en\b/i.test(acceptLanguage ?? '') ? 'en' : 'zh'
}
