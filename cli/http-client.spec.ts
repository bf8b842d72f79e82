import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it } from '@jest/globals'
import { z } from 'zod'
import { HttpClient } from './http-client.ts'

const closing: (() => unknown)[] = []

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

it('sends again until the system is back, and tells why it waits', async () => {
  let requests = 0
  const origin = await serve((request, response) => {
    requests += 1
    if (requests === 1) request.socket.destroy()
    else response.writeHead(requests === 2 ? 503 : 200).end(`{"n":${requests}}`)
  })
  const waits: string[] = []
  const client = clientOf(origin, 20_000, (because) => waits.push(because))
  expect(await client.json(z.object({ n: z.number() }), { path: '/' })).toEqual({ n: 3 })
  expect(waits).toEqual([expect.stringMatching(/UND_ERR_SOCKET|ECONNRESET/), 'HTTP 503'])
})

it('does not send again what was refused', async () => {
  let requests = 0
  const origin = await serve((_, response) => {
    requests += 1
    response.writeHead(422).end('{"code":"no_such_thing","title":"没有"}')
  })
  const sent = clientOf(origin, 20_000).json(z.unknown(), { path: '/thing?secret=1' })
  await expect(sent).rejects.toMatchObject({
    kind: 'failed',
    say: { en: expect.stringContaining('no_such_thing 没有') },
  })
  await expect(sent).rejects.not.toThrow('secret')
  expect(requests).toBe(1)
})

it('says that the way in is closed when the token is refused', async () => {
  const origin = await serve((_, response) => response.writeHead(401).end('{}'))
  await expect(clientOf(origin).json(z.unknown(), { path: '/' })).rejects.toMatchObject({ kind: 'unreachable' })
})

it('gives up when patience is over', async () => {
  const origin = await serve(() => {})
  await closing.pop()!()
  await expect(clientOf(origin).send({ path: '/' })).rejects.toMatchObject({
    kind: 'unreachable',
    say: { en: expect.stringContaining('ECONNREFUSED') },
  })
})

it('stops waiting once it is closed', async () => {
  const origin = await serve((_, response) => response.writeHead(503).end())
  const client = clientOf(origin, 600_000, () => void client.close())
  await expect(client.send({ path: '/' })).rejects.toMatchObject({ kind: 'unreachable' })
})

it('sends forms as forms, and everything else as JSON', async () => {
  const origin = await serve(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    response.end(`${request.headers['content-type']} ${request.headers.authorization} ${Buffer.concat(chunks)}`)
  })
  const client = clientOf(origin)
  const told = async (body: object) => (await client.send({ method: 'POST', path: '/', body })).body.toString()
  expect(await told(new URLSearchParams({ name: '王' }))).toBe(
    'application/x-www-form-urlencoded Bearer t name=%E7%8E%8B',
  )
  expect(await told({ name: '王' })).toBe('application/json Bearer t {"name":"王"}')
})

function clientOf(origin: string, patienceMs = 0, onWait?: (because: string) => void): HttpClient {
  const client = new HttpClient(origin, { connections: 1, patienceMs, onWait, headers: { authorization: 'Bearer t' } })
  closing.push(() => client.close())
  return client
}

async function serve(handle: (request: IncomingMessage, response: ServerResponse) => unknown): Promise<string> {
  const server: Server = createServer(handle)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
