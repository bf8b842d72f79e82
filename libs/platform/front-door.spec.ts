import { createServer } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Client } from 'pg'
import { startTestSystem, type TestSystem } from '#libs/testing'
import { FrontDoor } from './front-door.ts'
import { Metrics } from './metrics.ts'
import { otherService, sampleService } from './sample-service.ts'

let system: TestSystem
beforeAll(async () => {
  system = await startTestSystem([otherService, sampleService])
})
afterAll(() => system.stop())

/** What a door answers whose services are not there yet. */
async function early(path: string, headers: Record<string, string> = {}) {
  const door = new FrontDoor(new Metrics(), async () => {})
  const server = createServer((request, response) => void door.handle(request, response)).listen(0)
  const { port } = server.address() as { port: number }
  const response = await fetch(`http://localhost:${port}${path}`, { headers })
  const answer = { status: response.status, headers: response.headers, text: await response.text() }
  server.close()
  return answer
}

describe('while the system starts', () => {
  it('asks to come back', async () => {
    const { status, headers, text } = await early('/join')
    expect(status).toBe(503)
    expect(headers.get('retry-after')).toBe('5')
    expect(JSON.parse(text)).toMatchObject({ code: 'starting', requestId: headers.get('x-request-id') })
  })

  it('asks people in a browser by a page', async () => {
    const { status, text } = await early('/join', { accept: 'text/html' })
    expect(status).toBe(503)
    expect(text).toContain('系统正在启动')
  })

  it('is alive, but not ready', async () => {
    expect((await early('/health/live')).status).toBe(200)
    expect((await early('/health/ready')).status).toBe(503)
  })
})

describe('requests', () => {
  it('go to the service of their prefix, which ends at a slash', async () => {
    expect((await system.request('/sample/hello')).json).toEqual({ greeting: 'hello' })
    expect((await system.request('/sam')).json).toEqual({ other: true })
    expect((await system.request('/sam?a=/sample/hello')).json).toEqual({ other: true })
  })

  it('for nobody are a problem', async () => {
    for (const path of ['/samp', '/samples', '/SAMPLE/hello', '//sample/hello', '/api', '/.env']) {
      const { status, json } = await system.request(path)
      expect([path, status, json.code]).toEqual([path, 404, 'not_found'])
    }
    const page = await system.request('/nowhere', { headers: { accept: 'text/html' } })
    expect(page.status).toBe(404)
    expect(page.text).toContain('没有找到这个地址')
  })

  it('for the root lead to the console', async () => {
    const { status, headers } = await system.request('/')
    expect([status, headers.get('location')]).toEqual([302, '/console'])
  })
})

it('describes the routes of all services in one document', async () => {
  const { json } = await system.request('/api/openapi.json')
  expect(json.openapi).toBe('3.1.0')
  expect(Object.keys(json.paths)).toEqual(expect.arrayContaining(['/sample/echo', '/sam']))
})

it('prints the metrics of requests, events and pools', async () => {
  await system.request('/sample/hello')
  const { headers, text } = await system.request('/metrics')
  expect(headers.get('content-type')).toContain('text/plain')
  expect(text).toMatch(
    /ruhui_http_request_seconds_count{service="sample",method="GET",route="\/sample\/hello",status="200"} \d/,
  )
  expect(text).toMatch(/ruhui_event_lag{subscription="sample<qr-codes"} 0/)
  expect(text).toMatch(/ruhui_outbox_depth{stream="qr-codes"} 0/)
  expect(text).toMatch(/ruhui_parked_events{consumer="sample"} 0/)
  expect(text).toMatch(/ruhui_database_connections{service="other",state="idle"} \d/)
  expect(text).toContain('process_cpu_seconds_total')
})

it('stays alive without its database, but is not ready', async () => {
  expect((await system.request('/health/ready')).json).toEqual({ ready: true })
  const name = new URL(system.databaseUrl).pathname.slice(1)
  const admin = new Client({ connectionString: system.databaseUrl.replace(name, 'postgres') })
  await admin.connect()
  try {
    await admin.query(`alter database ${name} with allow_connections false`)
    await admin.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = $1`, [name])
    expect(await system.request('/health/ready')).toMatchObject({ status: 503, json: { ready: false } })
    expect((await system.request('/health/live')).status).toBe(200)
    expect((await system.request('/sample/hello')).status).toBe(200)
    expect((await system.request('/metrics')).status).toBe(200)
  } finally {
    await admin.query(`alter database ${name} with allow_connections true`)
    await admin.end()
  }
  expect((await system.request('/health/ready')).json).toEqual({ ready: true })
})
