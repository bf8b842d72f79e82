import { type DynamicModule, Module, type Provider } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify'
import type { Logger } from 'pino'
import { DataSource, EntityManager } from 'typeorm'
import type { Stream } from '#libs/contracts'
import { createDataSource, migrate } from '#libs/database'
import {
  EventLog,
  EventTransport,
  KafkaTransport,
  LogTransport,
  MessagingTables1767225600000,
  maintainPartitions,
} from '#libs/messaging'
import { AccessGuard } from './access.ts'
import type { HostConfig } from './config.ts'
import { eventAdminController } from './event-admin.controller.ts'
import { consumerObserver } from './host-observer.ts'
import { NestLogger } from './logging.ts'
import type { Metrics } from './metrics.ts'
import { ProblemFilter } from './problem-filter.ts'
import type { ServiceDefinition } from './service.ts'
import { ValidationPipe } from './validation.ts'

const BODY_LIMIT_BYTES = 4 * 1024 * 1024

@Module({})
class ServiceRoot {}

export interface HostContext {
  readonly config: HostConfig & { readonly PUBLIC_URL: string }
  /** The values of the services' own variables. */
  readonly values: Readonly<Record<string, unknown>>
  readonly logger: Logger
  readonly metrics: Metrics
}

/** One service with its database and its event log, before its Nest application exists. */
export class ServiceDatabaseAndLog {
  readonly dataSource: DataSource
  readonly log: EventLog | undefined

  constructor(
    readonly service: ServiceDefinition,
    { config }: HostContext,
  ) {
    this.dataSource = createDataSource({
      service: service.name,
      url: config.DATABASE_URL,
      poolSize: config.DATABASE_POOL,
      entities: service.entities,
      migrations: [MessagingTables1767225600000, ...Object.values(service.migrations)],
    })
    this.log = service.stream && new EventLog(service.stream, this.dataSource)
  }

  async open(now: Date): Promise<void> {
    await this.dataSource.initialize()
    await migrate(this.dataSource)
    await maintainPartitions(this.dataSource, now, new Date(0))
  }
}

/** A running service: its Nest application, which does not listen by itself. */
export interface HostedService {
  readonly service: ServiceDefinition
  /** URL prefixes of its routes. */
  readonly prefixes: readonly string[]
  readonly app: NestFastifyApplication
  readonly dataSource: DataSource
  readonly transport: EventTransport
}

/** Makes the Nest application of a service around its database. */
export async function createHostedService(
  { service, dataSource, log }: ServiceDatabaseAndLog,
  logs: ReadonlyMap<Stream, EventLog>,
  context: HostContext,
): Promise<HostedService> {
  const { config, logger, metrics, values } = context
  const observer = consumerObserver(logger, metrics)
  const transport = config.KAFKA_BROKERS
    ? new KafkaTransport(service.name, dataSource, observer, log, {
        brokers: config.KAFKA_BROKERS,
        prefix: config.KAFKA_PREFIX,
      })
    : new LogTransport(service.name, dataSource, observer, logs)
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT_BYTES,
    trustProxy: true,
    requestIdHeader: 'x-request-id',
    genReqId: () => crypto.randomUUID(),
  })
  const root = rootModule(service, [
    { provide: DataSource, useValue: dataSource },
    { provide: EntityManager, useValue: dataSource.manager },
    { provide: EventTransport, useValue: transport },
    ...(log ? [{ provide: EventLog, useValue: log }] : []),
    ...service.providers({ ...values, PUBLIC_URL: config.PUBLIC_URL } as never),
  ])
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, {
    logger: new NestLogger(logger),
    abortOnError: false,
  })
  app.useGlobalPipes(new ValidationPipe())
  app.useGlobalFilters(new ProblemFilter(logger))
  app.useGlobalGuards(new AccessGuard(config.TOKEN_PUBLIC_KEY))
  app.connectMicroservice({ strategy: transport }, { inheritAppConfig: true })
  const fastify = adapter.getInstance()
  fastify.addHook('onSend', async (request, reply) => {
    reply.header('x-request-id', request.id)
  })
  fastify.addHook('onResponse', async (request, reply) => {
    metrics.requests.observe(
      {
        service: service.name,
        method: request.method,
        route: request.routeOptions.url ?? 'none',
        status: String(reply.statusCode),
      },
      reply.elapsedTime / 1_000,
    )
  })
  await app.init()
  await fastify.ready()
  return { service, prefixes: [...service.routes, `/api/events/${service.name}`], app, dataSource, transport }
}

function rootModule(service: ServiceDefinition, providers: Provider[]): DynamicModule {
  return {
    module: ServiceRoot,
    global: true,
    imports: [service.module],
    controllers: [eventAdminController(service.name)],
    providers,
    exports: providers,
  }
}
