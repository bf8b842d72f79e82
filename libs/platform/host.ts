import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Logger } from 'pino'
import type { Stream } from '#libs/contracts'
import { type EventLog, maintainPartitions } from '#libs/messaging'
import { type Environment, type HostConfig, hostConfig, readConfig } from './config.ts'
import { FrontDoor } from './front-door.ts'
import { createHostedService, type HostContext, type HostedService, ServiceDatabaseAndLog } from './hosted-service.ts'
import { createLogger } from './logging.ts'
import { measureServices } from './measure-services.ts'
import { Metrics } from './metrics.ts'
import type { ServiceDefinition } from './service.ts'

const MAINTENANCE_MS = 3_600_000
/** How long open requests may take once the host is stopping. */
const STOP_BOUND_MS = 10_000

export interface HostOptions {
  /** Stands behind the environment: what was generated on the first start. */
  readonly defaults?: Environment
  readonly environment?: Environment
}

/** The host's and the services' variables in one schema. */
export function configOf(services: readonly ServiceDefinition[]): typeof hostConfig {
  return hostConfig.extend(Object.assign({}, ...services.map((service) => service.config.shape)) as object)
}

/**
 * Runs services in this process behind one HTTP port: one Nest application per service, with its own container,
 * schema and migrations. Which services share the process makes no difference to any of them.
 *
 * The port is opened first, so that a taken port costs nothing and probes are answered while migrations run.
 *
 * @throws {ConfigError} | {PortTaken} | errors of the database
 */
export async function hostServices(services: readonly ServiceDefinition[], options: HostOptions = {}): Promise<Host> {
  const host = new Host(services, readConfig(configOf(services), options))
  try {
    await host.start()
    return host
  } catch (error) {
    await host.stop()
    throw error
  }
}

/** Services that run in this process. */
export class Host {
  readonly logger: Logger
  private readonly metrics = new Metrics()
  private readonly door = new FrontDoor(this.metrics, () => this.measure())
  private readonly server = createServer((request, response) => {
    this.door.handle(request, response).catch((error) => {
      this.logger.error({ err: error }, 'request failed at the door')
      response.destroy()
    })
  })
  private databases: ServiceDatabaseAndLog[] = []
  private readonly hosted: HostedService[] = []
  private maintenance: NodeJS.Timeout | undefined
  private stopped: Promise<void> | undefined

  constructor(
    private readonly services: readonly ServiceDefinition[],
    private readonly config: HostConfig,
  ) {
    this.logger = createLogger(config)
  }

  /** Where the host is reached on this machine. */
  get url(): string {
    return `http://localhost:${(this.server.address() as AddressInfo).port}`
  }

  /** Where phones reach the system: what codes and links begin with. */
  get publicUrl(): string {
    return (this.config.PUBLIC_URL ?? this.url).replace(/\/$/, '')
  }

  async start(): Promise<void> {
    await this.openPort()
    const context: HostContext = {
      config: { ...this.config, PUBLIC_URL: this.publicUrl },
      values: this.config,
      logger: this.logger,
      metrics: this.metrics,
    }
    this.databases = this.services.map((service) => new ServiceDatabaseAndLog(service, context))
    await Promise.all(this.databases.map((each) => each.open(new Date())))
    const logs = new Map<Stream, EventLog>()
    for (const { log } of this.databases) if (log) logs.set(log.stream, log)
    for (const each of this.databases) this.hosted.push(await createHostedService(each, logs, context))
    for (const { service, app } of this.hosted) await service.seed?.(app)
    await Promise.all(this.hosted.map(({ app }) => app.startAllMicroservices()))
    this.maintenance = setInterval(() => void this.maintain(), MAINTENANCE_MS)
    this.door.services = this.hosted
    this.logger.info({ url: this.url, services: this.services.map(({ name }) => name) }, 'ready')
  }

  /** Answers what has begun, lets the batches at hand finish, and closes everything. */
  stop(): Promise<void> {
    this.stopped ??= this.close()
    return this.stopped
  }

  private async close(): Promise<void> {
    clearInterval(this.maintenance)
    const closed = new Promise((resolve) => this.server.close(resolve))
    this.server.closeIdleConnections()
    const bound = setTimeout(() => this.server.closeAllConnections(), STOP_BOUND_MS)
    await closed
    clearTimeout(bound)
    await Promise.all(this.hosted.map(({ app }) => app.close()))
    await Promise.all(this.databases.map(({ dataSource }) => dataSource.isInitialized && dataSource.destroy()))
  }

  private async openPort(): Promise<void> {
    const { PORT: port, HOST: host } = this.config
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', (error: NodeJS.ErrnoException) =>
        reject(error.code === 'EADDRINUSE' || error.code === 'EACCES' ? new PortTaken(port, error.code) : error),
      )
      this.server.listen(port, host, resolve)
    })
  }

  private async measure(): Promise<void> {
    await measureServices(this.hosted, this.metrics).catch((error) =>
      this.logger.warn({ err: error }, 'figures of the databases are missing'),
    )
  }

  /** Makes tomorrow's event partitions and drops those past keeping. */
  private async maintain(): Promise<void> {
    try {
      const lags = (await Promise.all(this.hosted.map(({ transport }) => transport.lag()))).flat()
      for (const { service, dataSource } of this.hosted) {
        const unread = lags.flatMap(({ subscription, oldest }) =>
          oldest && subscription.endsWith(`<${service.stream}`) ? [oldest.getTime()] : [],
        )
        const oldest = unread.length > 0 ? new Date(Math.min(...unread)) : null
        const kept = await maintainPartitions(dataSource, new Date(), oldest)
        if (kept.length > 0) this.logger.error({ service: service.name, days: kept }, 'events past keeping are unread')
      }
    } catch (error) {
      this.logger.error({ err: error }, 'maintenance of event partitions failed; it is tried again in an hour')
    }
  }
}

/** Another program listens on the port, or this user may not use it. */
export class PortTaken extends Error {
  override readonly name = 'PortTaken'
  readonly forPeople = true

  constructor(
    readonly port: number,
    readonly reason: 'EADDRINUSE' | 'EACCES',
  ) {
    super(
      reason === 'EADDRINUSE'
        ? `端口 ${port} 已被占用：请关闭占用它的程序，或换一个端口，例如 PORT=${port + 1} npm start\n` +
            `Port ${port} is taken: stop the program that uses it, or choose another, such as PORT=${port + 1} npm start`
        : `当前用户不能使用端口 ${port}：请换一个大于 1023 的端口，例如 PORT=8080 npm start\n` +
            `This user may not use port ${port}: choose one above 1023, such as PORT=8080 npm start`,
    )
  }
}
