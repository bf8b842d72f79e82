import { Command } from 'commander'
import { z } from 'zod'
import { type ConnectionOptions, openClient, withConnection } from './connection.ts'
import { Failure } from './failure.ts'
import type { HttpClient } from './http-client.ts'
import { table } from './terminal.ts'

const openApi = z.object({ paths: z.record(z.string(), z.unknown()) })
const parkedEvents = z.array(
  z.object({
    eventId: z.string(),
    consumer: z.string(),
    type: z.string(),
    version: z.number(),
    key: z.string(),
    parkedAt: z.string(),
    attempts: z.number(),
    error: z.string(),
  }),
)

interface Options extends ConnectionOptions {
  readonly service?: string
  readonly json?: boolean
}

/** `ruhui events`: what an operator sees and does about events that could not be handled. */
export function eventsCommand(): Command {
  const parked = withService(new Command('parked'))
    .summary('列出搁置的事件 list the events that were parked')
    .action((options: Options) => withServices(options, showParked))
  const replay = withService(new Command('replay'))
    .summary('重新处理搁置的事件 handle the parked events again, in their order')
    .action((options: Options) => withServices(options, replayParked))
  return new Command('events').summary('搁置的事件 parked events').addCommand(parked).addCommand(replay)
}

function withService(command: Command): Command {
  return withConnection(command)
    .option('--service <name>', '只看一个服务 one service only')
    .option('--json', '输出 JSON print one JSON object')
}

async function showParked(client: HttpClient, services: readonly string[], json: boolean): Promise<void> {
  const found = await Promise.all(
    services.map(async (service) => {
      const events = await client.json(parkedEvents, { path: `/api/events/${service}/parked` })
      return events.map((event) => ({ service, ...event }))
    }),
  )
  const events = found.flat()
  if (json) process.stdout.write(`${JSON.stringify({ events })}\n`)
  else if (events.length > 0) {
    const head = ['service', 'type', 'key', 'parked', 'attempts', 'error']
    const rows = events.map(({ service, type, key, parkedAt, attempts, error }) => {
      return [service, type, key, parkedAt, String(attempts), error.split('\n')[0]!]
    })
    process.stdout.write(`${table([head, ...rows])}\n`)
  }
  process.stderr.write(`搁置的事件 parked events: ${events.length}\n`)
}

async function replayParked(client: HttpClient, services: readonly string[], json: boolean): Promise<void> {
  const replayed: Record<string, unknown> = {}
  for (const service of services) {
    const request = { method: 'POST', path: `/api/events/${service}/replay`, body: {} } as const
    replayed[service] = await client.json(z.unknown(), request)
  }
  const lines = Object.entries(replayed).map(([service, outcome]) => `${service} ${JSON.stringify(outcome)}`)
  process.stdout.write(`${json ? JSON.stringify(replayed) : lines.join('\n')}\n`)
}

/** Runs `work` for the service that was named, or for all that the system has. */
async function withServices(
  { service, json, ...connection }: Options,
  work: (client: HttpClient, services: readonly string[], json: boolean) => Promise<void>,
): Promise<void> {
  const client = await openClient(connection, { connections: 4, patienceMs: 0 })
  try {
    const { paths } = await client.json(openApi, { path: '/api/openapi.json' })
    const services = Object.keys(paths).flatMap((path) => /^\/api\/events\/([^/]+)\/parked$/.exec(path)?.[1] ?? [])
    if (service !== undefined && !services.includes(service)) {
      throw new Failure('usage', {
        zh: `没有这个服务：${service}。可选：${services.join(' ')}`,
        en: `There is no service ${service}; there are: ${services.join(' ')}`,
      })
    }
    await work(client, service === undefined ? services : [service], json === true)
  } finally {
    await client.close()
  }
}
