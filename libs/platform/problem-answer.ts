import type { IncomingHttpHeaders } from 'node:http'
import { languageOf, type Problem, problemOf, refusalOf } from './problem.ts'
import { problemPage } from './problem-page.ts'

const RETRY_AFTER_OUTAGE_SECONDS = 5

const PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"

/** A whole HTTP answer. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** The answer to a request that failed: a page for people in a browser, problem details for programs. */
export function answerTo(error: unknown, headers: IncomingHttpHeaders, requestId: string): Answer {
  const problem: Problem = { ...problemOf(error, languageOf(headers['accept-language'])), requestId }
  const { status } = problem
  const wait = status === 503 ? RETRY_AFTER_OUTAGE_SECONDS : problem.retryAfterSeconds
  const common = { 'cache-control': 'no-store', ...(wait !== undefined && { 'retry-after': String(wait) }) }
  if (!wantsPage(headers.accept)) {
    const type = 'application/problem+json; charset=utf-8'
    return { status, headers: { ...common, 'content-type': type }, body: JSON.stringify(problem) }
  }
  const type = 'text/html; charset=utf-8'
  return {
    status,
    headers: { ...common, 'content-type': type, 'content-security-policy': PAGE_POLICY },
    body: problemPage(refusalOf(error), requestId),
  }
}

/** Browsers that open a page name HTML first; programs, and scripts in a page, do not. */
function wantsPage(accept = ''): boolean {
  const html = accept.indexOf('text/html')
  const json = accept.search(/application\/(problem\+)?json/)
  return html >= 0 && (json < 0 || html < json)
}
