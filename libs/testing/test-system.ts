import { createPrivateKey } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { SignJWT } from 'jose'
import {
  generateSecrets,
  type Host,
  hostServices,
  type Principal,
  type Secrets,
  type ServiceDefinition,
} from '#libs/platform'
import { createTestDatabase } from './postgres.ts'

/** Services that really run, on a database of their own. */
export interface TestSystem {
  readonly url: string
  readonly databaseUrl: string
  readonly secrets: Secrets
  readonly host: Host
  /** A request as somebody who is signed in; as a driver without `as`. */
  request(path: string, options?: RequestOptions): Promise<Answer>
  stop(): Promise<void>
}

export interface RequestOptions {
  readonly method?: string
  /** Sent as JSON, or as a form when it is URLSearchParams. */
  readonly body?: object
  readonly headers?: Readonly<Record<string, string>>
  readonly as?: Pick<Principal, 'role' | 'federationId'>
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The answer read as JSON. */
  readonly json: Json
}

/** What JSON.parse gives: its shape is what a spec is about to check. */
type Json = ReturnType<typeof JSON.parse>

/** The city's operator: may see and decide everything. */
export const OPERATOR = { role: 'operator', federationId: 'wx' } as const

/** Hosts services on a free port and a database of their own. */
export async function startTestSystem(
  services: readonly ServiceDefinition[],
  environment: Readonly<Record<string, string>> = {},
): Promise<TestSystem> {
  const database = await createTestDatabase()
  const secrets = generateSecrets()
  const host = await hostServices(services, {
    environment: {
      ...secrets,
      DATABASE_URL: database.url,
      PORT: '0',
      HOST: '127.0.0.1',
      LOG_LEVEL: 'silent',
      ...environment,
    },
  })
  return {
    url: host.url,
    databaseUrl: database.url,
    secrets,
    host,
    request: (path, options) => request(host.url, secrets, path, options),
    async stop() {
      await host.stop()
      await database.drop()
    },
  }
}

/** Tries until `check` neither throws nor answers undefined; the last error after the bound. */
export async function eventually<T>(check: () => Promise<T | undefined> | T | undefined, boundMs = 10_000): Promise<T> {
  const until = performance.now() + boundMs
  for (;;) {
    try {
      const found = await check()
      if (found !== undefined) return found
      throw new Error('not there yet')
    } catch (error) {
      if (performance.now() > until) throw error
      await sleep(20)
    }
  }
}

async function request(
  url: string,
  secrets: Secrets,
  path: string,
  { method, body, headers, as }: RequestOptions = {},
): Promise<Answer> {
  const form = body instanceof URLSearchParams
  const response = await fetch(`${url}${path}`, {
    method: method ?? (body ? 'POST' : 'GET'),
    redirect: 'manual',
    headers: {
      ...(body && !form && { 'content-type': 'application/json' }),
      ...(as && { authorization: `Bearer ${await tokenFor(as, secrets)}` }),
      ...headers,
    },
    body: form ? body : body && JSON.stringify(body),
  })
  const text = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    text,
    get json() {
      return JSON.parse(text)
    },
  }
}

function tokenFor({ role, federationId }: Pick<Principal, 'role' | 'federationId'>, secrets: Secrets): Promise<string> {
  const key = createPrivateKey({
    key: Buffer.from(secrets.TOKEN_PRIVATE_KEY, 'base64'),
    format: 'der',
    type: 'pkcs8',
  })
  return new SignJWT({ name: `test ${role}`, role, federationId })
    .setProtectedHeader({ alg: 'EdDSA' })
    .setSubject(`test-${role}-${federationId}`)
    .setIssuer('ruhui')
    .setAudience('ruhui')
    .setExpirationTime('1h')
    .sign(key)
}
