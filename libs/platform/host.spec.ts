import { createServer } from 'node:net'
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { Client } from 'pg'
import { createTestDatabase, eventually, OPERATOR, startTestSystem, type TestSystem } from '#libs/testing'
import { ConfigError } from './config.ts'
import { configOf, type Host, hostServices, PortTaken } from './host.ts'
import { otherService, sampleService } from './sample-service.ts'
import { generateSecrets } from './secrets.ts'

const hosts: Host[] = []
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.stop()
})

describe('the start', () => {
  const database = createTestDatabase()
  afterAll(async () => (await database).drop())

  const start = async (environment: Record<string, string> = {}) => {
    const { url } = await database
    const host = await hostServices([sampleService], {
      defaults: { ...generateSecrets(), DATABASE_URL: url, PORT: '0', LOG_LEVEL: 'silent' },
      environment,
    })
    hosts.push(host)
    return host
  }

  it('knows the variables of the host and of every service', () => {
    const names = Object.keys(configOf([sampleService, otherService]).shape)
    expect(names).toEqual(expect.arrayContaining(['PORT', 'DATABASE_URL', 'SAMPLE_GREETING']))
  })

  it('names a variable that is missing before anything is opened', async () => {
    await expect(hostServices([sampleService], { environment: {} })).rejects.toThrow(ConfigError)
    await expect(hostServices([sampleService], { environment: {} })).rejects.toThrow(/DATABASE_URL: is not set/)
  })

  it('says so when the port is taken, and which one to take instead', async () => {
    const stranger = createServer().listen(0)
    const { port } = stranger.address() as { port: number }
    const error = await start({ PORT: String(port) }).catch((failure: unknown) => failure)
    stranger.close()
    expect(error).toBeInstanceOf(PortTaken)
    expect(error).toMatchObject({ forPeople: true, port, reason: 'EADDRINUSE' })
    expect((error as Error).message).toContain(`端口 ${port} 已被占用`)
    expect((error as Error).message).toContain(`PORT=${port + 1} npm start`)
  })

  it('gives the port back when the database can not be reached', async () => {
    const probe = createServer().listen(0)
    const { port } = probe.address() as { port: number }
    await new Promise((resolve) => probe.close(resolve))
    const away = { PORT: String(port), DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' }
    await expect(start(away)).rejects.toThrow(/ECONNREFUSED/)
    expect((await start({ PORT: String(port) })).url).toBe(`http://localhost:${port}`)
  })

  it('tells services how phones reach the system', async () => {
    expect((await start()).publicUrl).toMatch(/^http:\/\/localhost:\d+$/)
    expect((await start({ PUBLIC_URL: 'https://join.example/' })).publicUrl).toBe('https://join.example')
  })
})

describe('the stop', () => {
  it('answers what has begun, and refuses what comes after', async () => {
    const system = await startTestSystem([sampleService])
    const held = await holdNotes(system.databaseUrl)
    const begun = system.request('/sample/notes')
    await held.untilWaitedFor()
    const stopped = system.host.stop()
    await expect(system.request('/sample/hello')).rejects.toThrow('fetch failed')
    await held.release()
    expect(await begun).toMatchObject({ status: 200, json: [] })
    await stopped
    await system.stop()
    // Less than what open requests may take: nothing had to be cut off.
  }, 9_000)

  it('lets the batch at hand finish', async () => {
    const database = await createTestDatabase()
    const environment = { ...generateSecrets(), DATABASE_URL: database.url, PORT: '0', LOG_LEVEL: 'silent' }
    const first = await hostServices([sampleService], { environment })
    const texts = Array.from({ length: 300 }, (_, at) => `note ${at}`)
    await post(first.url, '/sample/notes', { texts })
    await first.stop()
    await first.stop()
    const second = await hostServices([sampleService], { environment })
    hosts.push(second)
    const notes = await eventually(async () => {
      const found = await notesOf(second.url)
      return found.length === texts.length ? found : undefined
    })
    expect(notes.every(({ times }) => times === 1)).toBe(true)
    await second.stop()
    await database.drop()
  })
})

describe('events', () => {
  let system: TestSystem
  beforeEach(async () => {
    system = await startTestSystem([sampleService, otherService])
  })
  afterEach(() => system.stop())

  it('reach the consumer once, also with two hosts on one database', async () => {
    const second = await hostServices([sampleService], {
      environment: { ...system.secrets, DATABASE_URL: system.databaseUrl, PORT: '0', LOG_LEVEL: 'silent' },
    })
    hosts.push(second)
    const handled = async (url: string) => metric(await textOf(`${url}/metrics`), 'ruhui_events_handled_total')
    let published = 0
    await eventually(async () => {
      const texts = Array.from({ length: 40 }, (_, at) => `note ${published + at}`)
      await post(published % 80 === 0 ? system.url : second.url, '/sample/notes', { texts })
      published += texts.length
      const [here, there] = [await handled(system.url), await handled(second.url)]
      return here > 0 && there > 0 ? true : undefined
    }, 25_000)
    await second.stop()
    const notes = await eventually(async () => {
      const found = await notesOf(system.url)
      return found.length === published ? found : undefined
    }, 20_000)
    expect(notes.every(({ times }) => times === 1)).toBe(true)
  }, 60_000)

  it('that are poison are parked, shown to operators, counted, and replayed', async () => {
    await post(system.url, '/sample/notes', { texts: ['poison', 'harmless'] })
    const [parked] = await eventually(async () => {
      const { json } = await system.request('/api/events/sample/parked', { as: OPERATOR })
      return json.length > 0 ? json : undefined
    })
    expect(parked).toMatchObject({ consumer: 'sample', type: 'code.revoked', attempts: 1 })
    expect(parked.error).toContain('nothing helps against this')
    expect(JSON.stringify(parked)).not.toContain('poison')
    const figures = await textOf(`${system.url}/metrics`)
    expect(metric(figures, 'ruhui_parked_events')).toBe(1)
    expect(metric(figures, 'ruhui_events_parked_total')).toBe(1)

    const replay = { method: 'POST', body: {}, as: OPERATOR }
    expect((await system.request('/api/events/sample/replay', replay)).json).toEqual({ replayed: 0, stillParked: 1 })
    await post(system.url, '/sample/notes', { texts: ['antidote'] })
    await eventually(async () => ((await notesOf(system.url)).length === 2 ? true : undefined))
    expect((await system.request('/api/events/sample/replay', replay)).json).toEqual({ replayed: 1, stillParked: 0 })
    expect((await notesOf(system.url)).map(({ text }) => text)).toEqual(['antidote', 'harmless', 'poison'])
  }, 60_000)

  it('are shown to operators alone', async () => {
    const admin = { role: 'admin', federationId: 'wx' } as const
    expect((await system.request('/api/events/sample/parked')).status).toBe(401)
    expect((await system.request('/api/events/sample/parked', { as: admin })).status).toBe(403)
    expect((await system.request('/api/events/sample/replay', { body: {}, as: admin })).status).toBe(403)
  })

  it('show as lag while nobody handles them', async () => {
    // No reader passes a transaction that still runs, and this one does.
    const held = await holdNotes(system.databaseUrl)
    await post(system.url, '/sample/notes', { texts: ['one', 'two'] })
    const figures = await textOf(`${system.url}/metrics`)
    expect(metric(figures, 'ruhui_event_lag')).toBe(2)
    expect(metric(figures, 'ruhui_event_lag_seconds')).toBeGreaterThan(0)
    expect(metric(figures, 'ruhui_outbox_depth')).toBe(2)
    await held.release()
    await eventually(async () =>
      metric(await textOf(`${system.url}/metrics`), 'ruhui_event_lag') === 0 ? true : undefined,
    )
  })
})

/** Lets nobody read or write notes until it is released. */
async function holdNotes(url: string) {
  const client = new Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  await client.query('begin')
  await client.query('lock table sample.note in access exclusive mode')
  return {
    untilWaitedFor: () =>
      eventually(async () => {
        const { rowCount } = await client.query(
          `select from pg_locks where relation = 'sample.note'::regclass and not granted`,
        )
        return rowCount ? true : undefined
      }),
    async release() {
      await client.query('commit')
      await client.end()
    },
  }
}

interface Note {
  readonly text: string
  readonly times: number
}

async function notesOf(url: string): Promise<Note[]> {
  return JSON.parse(await textOf(`${url}/sample/notes`))
}

async function textOf(url: string): Promise<string> {
  return (await fetch(url)).text()
}

async function post(url: string, path: string, body: object): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`${url}${path}`, { method: 'POST', body: JSON.stringify(body), headers })
  expect(response.status).toBe(201)
}

/** The first sample of a metric, whatever its labels. */
function metric(text: string, name: string): number {
  return Number(new RegExp(`^${name}{[^}]*} (\\S+)$`, 'm').exec(text)?.[1] ?? 0)
}
