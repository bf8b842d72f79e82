import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import { throwError } from 'rxjs'
import { isDatabaseOutage } from '#libs/database'
import { type Bilingual, DomainError, type ErrorKind } from './domain-error.ts'
import { InvalidRequest } from './validation.ts'

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

const UNAVAILABLE = new DomainError('unavailable', 'temporarily_unavailable', {
  zh: '系统正忙，请稍后再试，已填写的内容不会丢失',
  en: 'The system is busy: please try again in a moment. What you typed is not lost.',
})

const saysOfStatus: Record<number, Bilingual & { code: string }> = {
  400: { code: 'bad_request', zh: '请求格式有误', en: 'The request is malformed' },
  404: { code: 'not_found', zh: '没有找到这个地址', en: 'There is nothing at this address' },
  405: { code: 'method_not_allowed', zh: '不支持这种操作', en: 'This method is not supported here' },
  413: { code: 'too_large', zh: '内容太大，请分批提交', en: 'The content is too large: send it in parts' },
  415: { code: 'unsupported_media_type', zh: '不支持这种内容格式', en: 'This content type is not supported' },
}

/** The problem that an error is, in the language that the caller prefers. */
export function problemOf(error: unknown, language: keyof Bilingual): Problem {
  if (error instanceof InvalidRequest)
    return { ...problem(400, 'validation_failed', error.say, language), errors: error.errors }
  if (error instanceof DomainError) {
    return { ...error.details, ...problem(statusOf[error.kind], error.code, error.say, language) }
  }
  if (isDatabaseOutage(error)) return problemOf(UNAVAILABLE, language)
  const status =
    error instanceof HttpException ? error.getStatus() : Number((error as { statusCode?: number })?.statusCode)
  if (status >= 400 && status < 500) {
    const { code, ...say } = saysOfStatus[status] ?? {
      code: `http_${status}`,
      zh: '请求无法处理',
      en: 'Request refused',
    }
    return problem(status, code, say, language)
  }
  return problem(
    500,
    'internal',
    { zh: '系统内部错误，我们已记录，请稍后再试', en: 'An internal error; it was recorded' },
    language,
  )
}

function problem(status: number, code: string, say: Bilingual, language: keyof Bilingual): Problem {
  return { type: `https://ruhui.example/problems/${code}`, title: say[language], status, code }
}

/** `en` for callers who ask for English before Chinese. */
export function languageOf(acceptLanguage: string | undefined): keyof Bilingual {
  return /^\s*en\b/i.test(acceptLanguage ?? '') ? 'en' : 'zh'
}

/** Maps errors once, at the edge: HTTP callers get problem details, event transports get the error itself. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): unknown {
    if (host.getType() === 'rpc') return throwError(() => error)
    const request = host.switchToHttp().getRequest<FastifyRequest>()
    const reply = host.switchToHttp().getResponse<FastifyReply>()
    const answer: Problem = {
      ...problemOf(error, languageOf(request.headers['accept-language'])),
      requestId: request.id,
    }
    if (answer.status >= 500)
      this.logger.error({ err: error, requestId: request.id, url: request.url.split('?')[0] }, answer.code)
    const wait = answer.status === 503 ? 5 : answer.retryAfterSeconds
    if (wait !== undefined) void reply.header('retry-after', String(wait))
    return reply.status(answer.status).type('application/problem+json').send(answer)
  }
}
