import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'undici'
import type { z } from 'zod'
import { Failure } from './failure.ts'

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 2_000
const ANSWER_BOUND_MS = 30_000
/** Answers of a door whose house is not ready: the request was not handled, or may be sent again. */
const NOT_READY = new Set([502, 503, 504])

export interface Request {
  readonly method?: 'GET' | 'POST'
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as a form when it is URLSearchParams, as it is when it is a stream, else as JSON. */
  readonly body?: object
  readonly signal?: AbortSignal
  /** Without an answer for this long the request counts as lost; 0 waits for ever. */
  readonly answerBoundMs?: number
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
  /** From sending to the last byte of the answer. */
  readonly ms: number
}

/** One system, over kept-alive connections. Redirects are not followed. */
export class HttpClient {
  private readonly pool: Pool
  private closed = false

  constructor(
    /** Scheme, host and port. */
    readonly origin: string,
    private readonly options: {
      readonly connections: number
      /** How long a request is tried again while the system does not answer. */
      readonly patienceMs: number
      readonly headers?: Readonly<Record<string, string>>
      /** Told whenever a request has to wait for the system, and why. */
      readonly onWait?: (because: string) => void
    },
  ) {
    this.pool = new Pool(origin, {
      connections: options.connections,
      bodyTimeout: ANSWER_BOUND_MS,
    })
  }

  /** Sends a request once. @throws what the network throws */
  async once({ method = 'GET', path, headers, body, signal, answerBoundMs }: Request): Promise<Answer> {
    const encoded = body && encode(body)
    const sent = performance.now()
    const answer = await this.pool.request({
      method,
      path,
      headers: {
        ...this.options.headers,
        ...(encoded && { 'content-type': encoded.type }),
        ...headers,
      },
      body: encoded?.body,
      signal,
      headersTimeout: answerBoundMs ?? ANSWER_BOUND_MS,
    })
    const bytes = Buffer.from(await answer.body.arrayBuffer())
    return { status: answer.statusCode, headers: answer.headers, body: bytes, ms: performance.now() - sent }
  }

  /**
   * Sends a request until the system answers, with growing pauses. Only for requests that may arrive twice.
   *
   * @throws {Failure} `unreachable` when patience is over
   */
  async send(request: Request): Promise<Answer> {
    const until = performance.now() + this.options.patienceMs
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      const { answer, because } = await this.once(request).then(
        (answer) => ({ answer, because: `HTTP ${answer.status}` }),
        (error) => ({ answer: undefined, because: messageOf(error) }),
      )
      if (answer && !NOT_READY.has(answer.status)) return answer
      if (this.closed || performance.now() + pause > until) throw unreachable(this.origin, because)
      this.options.onWait?.(because)
      await sleep(pause * (0.5 + Math.random()))
    }
  }

  /** The JSON of a successful answer. @throws {Failure} with the problem's own text otherwise */
  async json<Value>(schema: z.ZodType<Value>, request: Request): Promise<Value> {
    const answer = await this.send(request)
    if (answer.status >= 200 && answer.status < 300) return schema.parse(JSON.parse(answer.body.toString()))
    throw refusal(request, answer)
  }

  async close(): Promise<void> {
    this.closed = true
    await this.pool.destroy()
  }
}

function encode(body: object): { readonly type: string; readonly body: string | Readable } {
  if (body instanceof Readable) return { type: 'application/octet-stream', body }
  if (body instanceof URLSearchParams) return { type: 'application/x-www-form-urlencoded', body: body.toString() }
  return { type: 'application/json', body: JSON.stringify(body) }
}

function unreachable(origin: string, because: string): Failure {
  return new Failure('unreachable', {
    zh: `无法连接系统 ${origin}（${because}）。请确认系统已启动（npm start），或用 --url 指定地址`,
    en: `The system at ${origin} can't be reached (${because}). Is it running (npm start)? --url names another address`,
  })
}

/** What a refused request means for the command: 401 and 403 are about the way in, the rest about the work. */
export function refusal({ method = 'GET', path }: Request, { status, body }: Answer): Failure {
  const what = `${method} ${path.split('?')[0]}: HTTP ${status} ${titleOf(body)}`
  if (status === 401 || status === 403) {
    return new Failure('unreachable', {
      zh: `系统拒绝了访问，请检查 --token：${what}`,
      en: `The system does not let us in, check --token: ${what}`,
    })
  }
  return new Failure('failed', { zh: `系统没有完成请求：${what}`, en: `The system did not do as asked: ${what}` })
}

function titleOf(body: Buffer): string {
  try {
    const { title, code } = JSON.parse(body.toString())
    return `${code ?? ''} ${title ?? ''}`.trim()
  } catch {
    return ''
  }
}

/** Node puts the reason of a refused connection into `code`, or into the errors of an AggregateError. */
function messageOf(error: Error & { code?: string; errors?: Error[] }): string {
  return error.code ?? error.errors?.[0]?.message ?? error.message
}
