import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { ServiceDefinition } from '#libs/platform'
import { startGateway } from './gateway.ts'

const service = (name: string, routes: string[]) => ({ name, routes }) as unknown as ServiceDefinition

describe('the gateway', () => {
  let upstream: Server
  let gateway: Awaited<ReturnType<typeof startGateway>>

  /** Stands for every service: tells what reached it. */
  const answer = ({ method, url, headers }: IncomingMessage) => {
    if (url === '/api/openapi.json') {
      return { openapi: '3.1.0', info: { title: 'x', version: '1' }, paths: { [`/of-${headers.host}`]: {} } }
    }
    return { method, url, headers }
  }

  beforeAll(async () => {
    upstream = createServer((request, response) => {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(answer(request)))
    })
    await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve))
    const { port } = upstream.address() as AddressInfo
    gateway = await startGateway([service('qr-codes', ['/j', '/api/codes']), service('away', ['/api/away'])], {
      PORT: 0,
      HOST: '127.0.0.1',
      // The first service is there; the second stands at a port where nobody listens.
      SERVICE_URL: `http://127.0.0.{number}:${port}`,
    })
  })

  afterAll(async () => {
    await gateway.stop()
    upstream.close()
  })

  const get = async (path: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`${gateway.url}${path}`, { headers, redirect: 'manual' })
    return { status: response.status, headers: response.headers, json: await response.json().catch(() => undefined) }
  }

  it('gives a request to the service of its prefix, unchanged, and says who asked', async () => {
    const { json } = await get('/j/ABC?x=1', { 'x-forwarded-for': '203.0.113.7' })
    expect(json).toMatchObject({ method: 'GET', url: '/j/ABC?x=1' })
    expect(json.headers).toMatchObject({
      'x-forwarded-for': '203.0.113.7',
      'x-forwarded-host': new URL(gateway.url).host,
      'x-forwarded-proto': 'http',
      'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
    })
    expect((await get('/api/codes/T/qr.png')).json.url).toBe('/api/codes/T/qr.png')
    expect((await get('/api/events/qr-codes/parked')).json.url).toBe('/api/events/qr-codes/parked')
  })

  it('does not take a prefix for a longer word, and answers with a problem where nothing is', async () => {
    const { status, headers, json } = await get('/join')
    expect(status).toBe(404)
    expect(headers.get('content-type')).toContain('application/problem+json')
    expect(json.code).toBe('not_found')
  })

  it('says to try again when a service is away', async () => {
    const { status, headers, json } = await get('/api/away/x')
    expect(status).toBe(503)
    expect(json.code).toBe('temporarily_unavailable')
    expect(headers.get('retry-after')).toBe('5')
  })

  it('names the services that it waits for, and lives meanwhile', async () => {
    const { status, json } = await get('/health/ready')
    expect([status, json]).toEqual([503, { ready: false, waiting: ['away'] }])
    expect((await get('/health/live')).status).toBe(200)
  })

  it('leads to the console', async () => {
    const { status, headers } = await get('/')
    expect([status, headers.get('location')]).toEqual([302, '/console'])
  })
})
