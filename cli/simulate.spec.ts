import { mkdtemp } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, it, jest } from '@jest/globals'
import { generateSecrets, hostServices } from '#libs/platform'
import { createTestDatabase } from '#libs/testing'
import { leaveOperatorCredential } from '../services/all-in-one/operator-credential.ts'
import { services } from '../services/index.ts'
import { runProgram } from './program.ts'
import type { Summary } from './simulate/report.ts'

const database = await createTestDatabase()
const secrets = generateSecrets()
const host = await hostServices(services, {
  environment: { ...secrets, DATABASE_URL: database.url, PORT: '0', HOST: '127.0.0.1', LOG_LEVEL: 'silent' },
})
const dataFolder = await mkdtemp(join(tmpdir(), 'ruhui-simulate-'))
const url = host.url.replace('localhost', '127.0.0.1')
await leaveOperatorCredential(dataFolder, { url, secret: secrets.OPERATOR_SECRET })
await revokeAllButTwoCodes()
jest.setTimeout(120_000)

const environment = { ...process.env }
const closing: (() => unknown)[] = []
let stdout = ''

beforeEach(() => {
  process.env.RUHUI_DATA = dataFolder
  stdout = ''
  jest.spyOn(process.stderr, 'write').mockReturnValue(true)
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    stdout += text
    return true
  })
})

afterEach(async () => {
  jest.restoreAllMocks()
  process.env = { ...environment }
  for (const close of closing.splice(0)) await close()
})

afterAll(async () => {
  await host.stop()
  await database.drop()
})

it('plays a campaign of which nothing is lost and nobody becomes a member twice', async () => {
  const { code, summary } = await simulate('--drivers', '60', '--duplicates', '0.3', '--seed', '7')
  expect(summary.violations).toEqual([])
  expect(code).toBe(0)
  expect(summary.people).toEqual({ system: 60, truth: 60 })
  expect(summary.accepted).toBeGreaterThan(78)
  expect(summary.repeatedAnswers).toBeGreaterThan(0)
  expect(summary.refused).toBeGreaterThan(0)
  expect(summary.scans).toBeGreaterThan(60)
  expect(summary.approved).toBeGreaterThan(45)
  expect(summary.approved + summary.returned + summary.rejected).toBe(summary.cases)
  expect(summary.funnel).toMatchObject({ submitted: summary.accepted, newPeople: 60, approved: summary.approved })
  expect(summary.federations.reduce((sum, { approved }) => sum + approved, 0)).toBe(summary.approved)
})

it('judges its own registrations only, and finds the people of an earlier run again', async () => {
  const { code, summary } = await simulate('--drivers', '60', '--duplicates', '0.3', '--seed', '7')
  expect(summary.violations).toEqual([])
  expect(code).toBe(0)
  expect(summary.people).toEqual({ system: 60, truth: 60 })
  expect(summary.funnel.newPeople).toBe(0)
})

it('prints a table for people', async () => {
  expect(await runProgram(['simulate', '--drivers', '3', '--seed', '8'])).toBe(0)
  expect(stdout).toMatch(/accepted +\d/)
  expect(stdout).toContain('No violation (seed 8)')
})

it('gets through a door that loses answers', async () => {
  let requests = 0
  const door = await doorBefore({ losesAnswer: ({ path }) => path !== '/api/sessions' && requests++ % 4 === 0 })
  const { code, summary } = await simulate('--drivers', '20', '--seed', '9', '--url', door, '--patience', '60')
  expect(summary.violations).toEqual([])
  expect(code).toBe(0)
  expect(summary.people.system).toBe(20)
})

it('reports a registration that is in no case: exit code 1', async () => {
  const door = await doorBefore({
    answer: ({ path }, body) => {
      if (!path.startsWith('/api/review-cases?')) return body
      const page = JSON.parse(body)
      for (const item of page.items) item.registrationIds = item.registrationIds.slice(0, 1)
      return JSON.stringify(page)
    },
  })
  const { code, summary } = await simulate('--drivers', '20', '--duplicates', '0.5', '--seed', '10', '--url', door)
  expect(code).toBe(1)
  expect(summary.violations.map(({ rule }) => rule)).toEqual(['not_in_a_case'])
  expect(summary.violations[0]?.count).toBeGreaterThan(8)
})

it('reports a system that keeps a submission twice: exit code 1', async () => {
  let requests = 0
  const door = await doorBefore({
    headers: () => ({ 'idempotency-key': `another-key-${requests++}-${Math.random()}` }),
  })
  const { code, summary } = await simulate('--drivers', '30', '--seed', '11', '--url', door)
  expect(code).toBe(1)
  expect(summary.violations.map(({ rule }) => rule)).toEqual(['key_gave_two_registrations'])
})

it('reports a door that promises and keeps nothing: exit code 1', async () => {
  const door = await doorBefore({
    answer: ({ path }, body) => {
      if (path !== '/api/registrations') return body
      return body.replace(/"receipt":"[^"]*"/, '"receipt":"unknown"')
    },
  })
  const { code, summary } = await simulate('--drivers', '3', '--seed', '12', '--url', door)
  expect(code).toBe(1)
  expect(summary.violations.map(({ rule }) => rule)).toEqual(['not_processed', 'status_differs'])
})

it('reports a door that lets mistakes pass: exit code 1', async () => {
  const door = await doorBefore({
    answer: (_, body) => body.replace('resident_id.', 'thing.').replace('mobile.', 'thing.'),
  })
  const { code, summary } = await simulate('--drivers', '60', '--seed', '13', '--url', door)
  expect(code).toBe(1)
  expect(summary.violations.map(({ rule }) => rule)).toEqual(['unexpected_answer'])
  expect(summary.violations[0]?.places).toContain('POST /api/registrations: 400 validation_failed')
})

async function simulate(...args: string[]): Promise<{ code: number; summary: Summary }> {
  const code = await runProgram(['simulate', '--json', '--patience', '3', ...args])
  return { code, summary: JSON.parse(stdout) }
}

/** Drawing the pictures of codes takes a second each under Jest. */
async function revokeAllButTwoCodes(): Promise<void> {
  const ask = async (path: string, body?: object, token?: string) => {
    const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) }
    const method = body ? 'POST' : 'GET'
    const answer = await fetch(`${url}${path}`, { method, headers, body: body && JSON.stringify(body) })
    return JSON.parse(await answer.text())
  }
  const { token } = await ask('/api/sessions', { operatorSecret: secrets.OPERATOR_SECRET })
  const { items } = await ask('/api/sites', undefined, token)
  for (const { codes } of items.slice(2)) {
    await ask(`/api/codes/${codes[0].token}/revoke`, { reason: 'spec' }, token)
  }
}

interface Passing {
  readonly method: string
  readonly path: string
}

/** A door before the real one, with something wrong about it. */
async function doorBefore(fault: {
  headers?: (passing: Passing) => Record<string, string>
  answer?: (passing: Passing, body: string) => string
  losesAnswer?: (passing: Passing) => boolean
}): Promise<string> {
  const server = createServer(async (request, response) => {
    const { method = '', url: path = '' } = request
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { authorization, 'content-type': type, 'idempotency-key': key } = request.headers
    const known = { authorization, 'content-type': type, 'idempotency-key': key?.toString() }
    const headers = new Headers(
      Object.entries(known).flatMap(([name, value]): [string, string][] => (value ? [[name, value]] : [])),
    )
    for (const [name, value] of Object.entries(fault.headers?.({ method, path }) ?? {})) headers.set(name, value)
    const body = chunks.length > 0 ? Buffer.concat(chunks) : undefined
    const answer = await fetch(`${url}${path}`, { method, headers, body, redirect: 'manual' })
    const bytes = Buffer.from(await answer.arrayBuffer())
    if (fault.losesAnswer?.({ method, path })) {
      response.destroy()
      return
    }
    const text = answer.headers.get('content-type')?.startsWith('application/') ?? false
    const location = answer.headers.get('location')
    response.writeHead(answer.status, location ? { location } : {})
    response.end(text && fault.answer ? fault.answer({ method, path }, bytes.toString()) : bytes)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
