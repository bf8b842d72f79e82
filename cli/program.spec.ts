import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { leaveOperatorCredential } from '../services/all-in-one/operator-credential.ts'
import { services } from '../services/index.ts'
import { runProgram } from './program.ts'

const dataFolder = await mkdtemp(join(tmpdir(), 'ruhui-cli-'))
const said = { stdout: '', stderr: '' }
const closing: (() => unknown)[] = []
const environment = { ...process.env }

beforeEach(() => {
  process.env.RUHUI_DATA = dataFolder
  for (const stream of ['stdout', 'stderr'] as const) {
    said[stream] = ''
    jest.spyOn(process[stream], 'write').mockImplementation((text) => {
      said[stream] += text
      return true
    })
  }
})

afterEach(async () => {
  jest.restoreAllMocks()
  process.env = { ...environment }
  for (const close of closing.splice(0)) await close()
  await rm(join(dataFolder, 'operator.json'), { force: true })
})

describe('the command line', () => {
  it('shows its verbs when asked', async () => {
    expect(await runProgram(['--help'])).toBe(0)
    for (const verb of ['simulate', 'events', 'topics', 'secrets']) expect(said.stdout).toContain(verb)
  })

  it.each([
    [['fly']],
    [['simulate', '--wings']],
    [['simulate', '--drivers', '0']],
    [['simulate', '--drivers', '1.5']],
    [['simulate', '--duplicates', '2']],
    [['simulate', '--duplicates', '']],
    [['simulate', '--url', 'ruhui', '--token', 't']],
    [['topics', 'create']],
  ])('calls %j a mistake in the command line: exit code 2', async (args) => {
    expect(await runProgram(args)).toBe(2)
    expect(said.stdout).toBe('')
    expect(said.stderr).toMatch(/\S/)
  })

  it('says what to do when no system has been started here: exit code 3', async () => {
    expect(await runProgram(['simulate'])).toBe(3)
    expect(said.stderr).toContain(dataFolder)
    expect(said.stderr).toContain('npm start')
  })

  it('says what to do when nobody listens at the address: exit code 3', async () => {
    const url = await serve(() => ({}))
    await closing.pop()!()
    expect(await runProgram(['simulate', '--url', url, '--token', 't'])).toBe(3)
    expect(said.stderr).toContain(url)
    expect(said.stderr).toContain('ECONNREFUSED')
  })
})

describe('ruhui secrets', () => {
  it('prints every secret of a new system, fresh each time', async () => {
    expect(await runProgram(['secrets'])).toBe(0)
    const first = said.stdout
    expect(first.match(/^\w+=\S+$/gm)).toHaveLength(8 + services.length)
    expect(first).toMatch(/^QR_CODES_DATABASE_PASSWORD=[\w-]{32}$/m)
    expect(first).toMatch(/^POSTGRES_PASSWORD=[\w-]{32}$/m)
    expect(first).toMatch(/^TOKEN_PRIVATE_KEY=/m)
    said.stdout = ''
    await runProgram(['secrets', '--json'])
    const second = JSON.parse(said.stdout)
    expect(first).not.toContain(second.FIELD_KEYS)
    expect(first).not.toContain(second.POSTGRES_PASSWORD)
  })
})

describe('the way in', () => {
  const parked = { '/api/openapi.json': { paths: {} } }

  it('is the operator credential in the data folder, exchanged for a token', async () => {
    const asked: string[] = []
    const url = await serve(({ method, path, authorization, body }) => {
      asked.push(`${method} ${path} ${authorization ?? ''} ${body}`)
      return path === '/api/sessions' ? { token: 'from-secret' } : parked['/api/openapi.json']
    })
    await leaveOperatorCredential(dataFolder, { url, secret: 'the-secret' })
    expect(await runProgram(['events', 'parked', '--json'])).toBe(0)
    expect(JSON.parse(said.stdout)).toEqual({ events: [] })
    expect(asked).toEqual([
      'POST /api/sessions  {"operatorSecret":"the-secret"}',
      'GET /api/openapi.json Bearer from-secret ',
    ])
  })

  it('never shows the operator credential to another machine', async () => {
    await leaveOperatorCredential(dataFolder, { url: 'http://localhost:8080', secret: 'the-secret' })
    expect(await runProgram(['events', 'parked', '--url', 'http://ruhui.example'])).toBe(2)
    expect(said.stderr).toContain('--token')
  })

  it('is closed when the system refuses the token: exit code 3', async () => {
    const url = await serve(({ path }) => (path === '/health/live' ? {} : undefined))
    expect(await runProgram(['events', 'parked', '--url', url, '--token', 'old'])).toBe(3)
    expect(said.stderr).toContain('--token')
  })
})

describe('ruhui events', () => {
  const event = {
    eventId: '00000000-0000-4000-8000-000000000001',
    consumer: 'identities',
    type: 'registration.submitted',
    version: 1,
    key: 'k1',
    parkedAt: '2026-05-01T00:00:00.000Z',
    attempts: 5,
    error: 'Error: poison\n  at line',
  }
  const door = async (asked: string[] = []) => {
    const url = await serve(({ method, path, body }) => {
      asked.push(`${method} ${path} ${body}`)
      if (path === '/api/events/identities/parked') return [event]
      if (path.endsWith('/parked')) return []
      if (path.endsWith('/replay')) return { replayed: 1 }
      return { paths: { '/api/events/identities/parked': {}, '/api/events/insights/parked': {}, '/api/sites': {} } }
    })
    return ['--url', url, '--token', 't']
  }

  it('lists the parked events of all services', async () => {
    expect(await runProgram(['events', 'parked', ...(await door())])).toBe(0)
    expect(said.stdout).toContain('registration.submitted')
    expect(said.stdout).toContain('Error: poison')
    expect(said.stdout).not.toContain('at line')
    expect(said.stderr).toContain('parked events: 1')
  })

  it('replays those of one service', async () => {
    const asked: string[] = []
    expect(await runProgram(['events', 'replay', '--service', 'insights', '--json', ...(await door(asked))])).toBe(0)
    expect(JSON.parse(said.stdout)).toEqual({ insights: { replayed: 1 } })
    expect(asked.filter((each) => each.startsWith('POST'))).toEqual(['POST /api/events/insights/replay {}'])
  })

  it('names the services when there is none of that name: exit code 2', async () => {
    expect(await runProgram(['events', 'parked', '--service', 'wings', ...(await door())])).toBe(2)
    expect(said.stderr).toContain('identities insights')
  })
})

interface Asked {
  readonly method: string
  readonly path: string
  readonly authorization: string | undefined
  readonly body: string
}

/** A door that answers with JSON, and with 401 where `answer` has nothing to say. */
async function serve(answer: (asked: Asked) => unknown): Promise<string> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { method = '', url: path = '', headers } = request
    const { authorization } = headers
    const told = answer({ method, path, authorization, body: Buffer.concat(chunks).toString() })
    response.writeHead(told === undefined ? 401 : 200).end(JSON.stringify(told ?? {}))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
