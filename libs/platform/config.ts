import { z } from 'zod'

/** `a,b` → `['a', 'b']`; empty parts are left out. */
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean),
)

/** What every process of the system can be told; each service adds its own in `service.ts`. */
export const hostConfig = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(8080).describe('HTTP port; 0 picks a free one'),
  HOST: z.string().default('0.0.0.0').describe('Address to listen on'),
  PUBLIC_URL: z.url().optional().describe('How phones reach the system; goes into codes and links'),
  DATABASE_URL: z.string().describe('PostgreSQL 17 or newer, as postgres://user:password@host/database'),
  DATABASE_POOL: z.coerce.number().int().min(2).default(6).describe('Connections per service and process'),
  KAFKA_BROKERS: list.optional().describe('host:port,… Events travel over Kafka; without it, inside the process'),
  KAFKA_PREFIX: z.string().default('ruhui').describe('First part of topic and group names'),
  TOKEN_PUBLIC_KEY: z.string().describe('Ed25519 public key (SPKI, base64) that sign-in tokens are checked with'),
  LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('Least level that is logged'),
  LOG_FORMAT: z.enum(['json', 'text']).default('json').describe('One JSON object a line, or lines for people'),
})

/** What the making of Kafka topics can be told. */
export const topicsConfig = hostConfig.pick({ KAFKA_PREFIX: true }).extend({
  KAFKA_BROKERS: hostConfig.shape.KAFKA_BROKERS.unwrap().describe('host:port,… of the Kafka brokers'),
  KAFKA_TOPIC_PARTITIONS: z.coerce.number().int().min(1).default(16).describe('Partitions of new topics'),
  KAFKA_TOPIC_REPLICAS: z.coerce.number().int().min(1).default(1).describe('Copies of each partition of new topics'),
})

export type HostConfig = z.infer<typeof hostConfig>

export type Environment = Readonly<Record<string, string | undefined>>

/**
 * The configuration of a process: the one place that reads the environment.
 *
 * Variables that are empty count as not set. `defaults` stand behind the environment, for what was generated on the
 * first start.
 *
 * @throws {ConfigError} that names every variable that is missing or wrong, and what it is for
 */
export function readConfig<Schema extends z.ZodObject>(
  schema: Schema,
  { defaults = {}, environment = process.env }: { defaults?: Environment; environment?: Environment } = {},
): Readonly<z.infer<Schema>> {
  const values = Object.fromEntries(
    Object.keys(schema.shape).map((name) => [name, environment[name] || defaults[name] || undefined]),
  )
  const result = schema.safeParse(values)
  if (result.success) return Object.freeze(result.data)
  const lines = result.error.issues.map((issue) => {
    const name = String(issue.path[0])
    const purpose = (schema.shape[name] as z.ZodType | undefined)?.description ?? ''
    return `  ${name}: ${values[name] === undefined ? 'is not set' : issue.message}. ${purpose}`
  })
  throw new ConfigError(`The configuration is incomplete:\n${lines.join('\n')}`)
}

/** The environment does not describe a system that could run; the message says what to set. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly forPeople = true
}
