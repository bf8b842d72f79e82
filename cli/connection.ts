import { resolve } from 'node:path'
import type { Command } from 'commander'
import { z } from 'zod'
import { readConfig } from '#libs/platform'
import { findOperatorCredential } from '../services/all-in-one/operator-credential.ts'
import { Failure } from './failure.ts'
import { HttpClient } from './http-client.ts'

export const dataFolderConfig = z.object({
  RUHUI_DATA: z.string().default('.data').describe('Folder of the system on this machine'),
})

export interface ConnectionOptions {
  readonly url?: string
  readonly token?: string
}

/** Wishes of a command for its connections, see {@link HttpClient}. */
export type ClientOptions = Omit<ConstructorParameters<typeof HttpClient>[1], 'headers'>

interface Connection {
  /** Scheme, host and port. */
  readonly origin: string
  readonly token: string
}

const session = z.object({ token: z.string() })

/** Adds the options by which a command finds the system. */
export function withConnection(command: Command): Command {
  return command
    .option('--url <url>', '系统地址 address of the system (default: the one that runs here)')
    .option('--token <token>', '访问令牌 access token (default: the operator credential in RUHUI_DATA)')
}

/**
 * Finds the system and opens connections that bring the token along; the caller closes them.
 *
 * @throws {Failure} `usage` or `unreachable`, with what to do
 */
export async function openClient(where: ConnectionOptions, options: ClientOptions): Promise<HttpClient> {
  const { origin, token } = await connect(where)
  return new HttpClient(origin, { ...options, headers: { authorization: `Bearer ${token}` } })
}

/**
 * Finds the system: by `--url` and `--token`, else by the operator credential that a system on this machine leaves in
 * its data folder. The credential is shown to addresses of this machine only.
 */
async function connect({ url, token }: ConnectionOptions): Promise<Connection> {
  const { RUHUI_DATA } = readConfig(dataFolderConfig)
  const given = url === undefined ? undefined : originOf(url)
  if (given && token) return reached({ origin: given, token })
  const credential = await findOperatorCredential(resolve(RUHUI_DATA))
  if (!credential) {
    throw new Failure('unreachable', {
      zh: `在 ${resolve(RUHUI_DATA)} 没有找到正在运行的系统。请先 npm start，或同时给出 --url 和 --token`,
      en: `No system has been started on ${resolve(RUHUI_DATA)}. Run npm start first, or give both --url and --token`,
    })
  }
  const origin = given ?? originOf(credential.url)
  if (token) return reached({ origin, token })
  if (!/^(localhost|127\.0\.0\.1|\[::1\])$/.test(new URL(origin).hostname)) {
    throw new Failure('usage', {
      zh: '访问其他机器上的系统需要 --token：本机的运维凭据不会发往别处',
      en: 'A system on another machine needs --token: the operator credential never leaves this machine',
    })
  }
  const client = new HttpClient(origin, { connections: 1, patienceMs: 0 })
  try {
    const body = { operatorSecret: credential.secret }
    return { origin, ...(await client.json(session, { method: 'POST', path: '/api/sessions', body })) }
  } finally {
    await client.close()
  }
}

/** Tells at once when nobody listens there, so that no command waits for a system that does not exist. */
async function reached(connection: Connection): Promise<Connection> {
  const client = new HttpClient(connection.origin, { connections: 1, patienceMs: 0 })
  try {
    await client.send({ path: '/health/live' })
    return connection
  } finally {
    await client.close()
  }
}

function originOf(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed && /^https?:$/.test(parsed.protocol)) return parsed.origin
  throw new Failure('usage', {
    zh: `--url 不是网址：${url}（例如 http://localhost:8080）`,
    en: `--url is no address: ${url} (an example: http://localhost:8080)`,
  })
}
