import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import httpProxy from '@fastify/http-proxy'
import { type FastifyReply, type FastifyRequest, fastify } from 'fastify'
import { z } from 'zod'
import {
  answerTo,
  BODY_LIMIT_BYTES,
  mergeOpenApi,
  type ServiceDefinition,
  TRUSTED_PROXIES,
  UNAVAILABLE,
} from '#libs/platform'

const UPSTREAM_BOUND_MS = 30_000

export const gatewayConfig = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(8080).describe('HTTP port; 0 picks a free one'),
  HOST: z.string().default('0.0.0.0').describe('Address to listen on'),
  SERVICE_URL: z
    .string()
    .default('http://{service}:8080')
    .describe('Where services are: {service} stands for the name, {number} for its place in the registry, from 1'),
})

/** The one door in front of services that run apart: routes by URL prefix, joins API descriptions and readiness. */
export async function startGateway(
  services: readonly ServiceDefinition[],
  { PORT: port, HOST: host, SERVICE_URL: template }: z.infer<typeof gatewayConfig>,
): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const app = fastify({ trustProxy: TRUSTED_PROXIES, bodyLimit: BODY_LIMIT_BYTES, forceCloseConnections: 'idle' })
  const refuse = (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
    const { status, headers, body } = answerTo(error, request.headers, request.id)
    return reply.status(status).headers(headers).send(body)
  }
  app.setNotFoundHandler((request, reply) => refuse({ statusCode: 404 }, request, reply))
  app.setErrorHandler(refuse)
  const upstreams = services.map((service, at) => ({
    service,
    url: template.replace('{service}', service.name).replace('{number}', String(at + 1)),
  }))
  for (const { service, url } of upstreams) {
    for (const prefix of [...service.routes, `/api/events/${service.name}`]) {
      await app.register(httpProxy, {
        upstream: url,
        prefix,
        rewritePrefix: prefix,
        replyOptions: {
          rewriteRequestHeaders: forwarded,
          onError: (reply) => void refuse(UNAVAILABLE, reply.request as FastifyRequest, reply as FastifyReply),
        },
        undici: { headersTimeout: UPSTREAM_BOUND_MS, bodyTimeout: UPSTREAM_BOUND_MS, pipelining: 1, connections: 64 },
      })
    }
  }
  const askAll = (path: string) => Promise.all(upstreams.map(({ url }) => ask(`${url}${path}`)))
  app.get('/', (_, reply) => reply.redirect('/console'))
  app.get('/api/openapi.json', async () => mergeOpenApi(await askAll('/api/openapi.json')))
  app.get('/health/live', async () => ({ alive: true }))
  app.get('/health/ready', async (_, reply) => {
    const answers = await Promise.allSettled(upstreams.map(({ url }) => ask(`${url}/health/ready`)))
    const waiting = upstreams.filter((_, at) => answers[at]?.status === 'rejected').map(({ service }) => service.name)
    return reply.status(waiting.length === 0 ? 200 : 503).send({ ready: waiting.length === 0, waiting })
  })
  await app.listen({ port, host })
  const address = app.server.address() as { port: number }
  return { url: `http://localhost:${address.port}`, stop: () => app.close() }
}

/** Tells the service who asked and under which address, as the gateway saw it. */
function forwarded(
  request: Pick<FastifyRequest, 'ip' | 'host' | 'protocol'>,
  headers: IncomingHttpHeaders,
): IncomingHttpHeaders {
  return {
    ...headers,
    'x-forwarded-for': request.ip,
    'x-forwarded-host': request.host,
    'x-forwarded-proto': request.protocol,
    'x-request-id': headers['x-request-id'] ?? randomUUID(),
  }
}

async function ask(url: string) {
  const response = await fetch(url, { signal: AbortSignal.timeout(5_000) })
  if (!response.ok) throw new Error(`${url} answered ${response.status}`)
  return JSON.parse(await response.text())
}
