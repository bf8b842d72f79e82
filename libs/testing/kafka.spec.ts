import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { kafkaForTests } from './kafka.ts'

const NAMES = ['KAFKA_BROKERS', 'RUHUI_REQUIRE_KAFKA', 'TEST_KAFKA_STARTER'] as const
const before = NAMES.map((name) => process.env[name])

beforeEach(() => {
  for (const name of NAMES) delete process.env[name]
})
afterEach(() => {
  NAMES.forEach((name, at) => {
    if (before[at] === undefined) delete process.env[name]
    else process.env[name] = before[at]
  })
})

/** Answers as the global set-up would. */
async function withStarter(status: number, text: string, test: () => Promise<void>): Promise<void> {
  const server = createServer((_request, response) => response.writeHead(status).end(text)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  process.env.TEST_KAFKA_STARTER = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  await test().finally(() => {
    server.closeAllConnections()
    server.close()
  })
}

it('prefers the brokers that it is told', () =>
  withStarter(200, 'localhost:1', async () => {
    process.env.KAFKA_BROKERS = 'a:9092,b:9092'
    expect(await kafkaForTests()).toEqual({ brokers: ['a:9092', 'b:9092'] })
  }))

it('uses the broker of the run', () =>
  withStarter(200, 'localhost:1', async () => {
    expect(await kafkaForTests()).toEqual({ brokers: ['localhost:1'] })
  }))

it('skips where there can be no broker', () =>
  withStarter(503, 'no Java', async () => {
    expect(await kafkaForTests()).toEqual({ skip: 'no Java' })
  }))

it('fails where there can be no broker but must be one', () =>
  withStarter(503, 'no Java', async () => {
    process.env.RUHUI_REQUIRE_KAFKA = '1'
    await expect(kafkaForTests()).rejects.toThrow('no Java')
  }))

it('fails when the broker does not start', () =>
  withStarter(500, 'disk full', async () => {
    await expect(kafkaForTests()).rejects.toThrow('disk full')
  }))
