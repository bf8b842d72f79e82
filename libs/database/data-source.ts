import type { Duplex } from 'node:stream'
import { Client, type ClientConfig } from 'pg'
import { DataSource, type DataSourceOptions } from 'typeorm'

export interface ServiceDatabase {
  /** The service's name; its schema is the same with underscores. */
  readonly service: string
  readonly url: string
  /** Connections that one process opens at most for the service. */
  readonly poolSize: number
  readonly entities: NonNullable<DataSourceOptions['entities']>
  readonly migrations: NonNullable<DataSourceOptions['migrations']>
}

/** The PostgreSQL schema that a service owns: `qr-codes` → `qr_codes`. */
export function schemaOf(service: string): string {
  return service.replaceAll('-', '_')
}

/**
 * A DataSource whose connections see the service's own schema and no other.
 *
 * Statements are bounded by time: a transaction that stays open holds back every reader of the event log.
 */
export function createDataSource({ service, url, poolSize, entities, migrations }: ServiceDatabase): DataSource {
  const schema = schemaOf(service)
  return new DataSource({
    type: 'postgres',
    url,
    schema,
    entities,
    migrations,
    migrationsTableName: 'migration',
    migrationsTransactionMode: 'each',
    poolSize,
    applicationName: `ruhui ${service}`,
    extra: {
      options: `-c search_path=${schema} -c idle_in_transaction_session_timeout=30s -c transaction_timeout=60s`,
      connectionTimeoutMillis: 10_000,
      Client: GatheringClient,
      // Statements that do not wait for each other are sent at once: waking a process costs more than most of them.
      pipeline: true,
    },
  })
}

/**
 * What is asked until the next tick goes to the server in one write.
 *
 * A connection may break in the very moment in which the pool hands it out, before TypeORM listens: an error that nobody hears
 * would end the process. Whoever then uses the connection hears of it anyway.
 */
export class GatheringClient extends Client {
  private gathering = false

  constructor(config?: string | ClientConfig) {
    super(config)
    this.on('error', () => {})
    // Here and no method, which would have to repeat all the forms of `query`.
    this.query = ((...args: unknown[]) => {
      this.gather()
      return Reflect.apply(Client.prototype.query, this, args)
    }) as Client['query']
  }

  /** Sends nothing more until what this answers is called. */
  hold(): () => void {
    const { stream } = this
    stream.cork()
    return () => stream.uncork()
  }

  /** Breaks the connection off: what was sent and not begun will not be done. */
  abandon(): void {
    this.stream.destroy()
  }

  private gather(): void {
    if (this.gathering) return
    this.gathering = true
    const release = this.hold()
    process.nextTick(() => {
      this.gathering = false
      release()
    })
  }

  private get stream(): Duplex {
    return (this as unknown as { connection: { stream: Duplex } }).connection.stream
  }
}

/** Creates the schema and brings it up to date; processes that start together take turns. */
export async function migrate(dataSource: DataSource): Promise<void> {
  const schema = (dataSource.options as { schema: string }).schema
  const turn = dataSource.createQueryRunner()
  try {
    await turn.query(`select pg_advisory_lock(hashtextextended($1, 0))`, [`migrate ${schema}`])
    await turn.query(`create schema if not exists "${schema}"`)
    await dataSource.runMigrations()
  } finally {
    await turn.query(`select pg_advisory_unlock(hashtextextended($1, 0))`, [`migrate ${schema}`]).catch(() => {})
    await turn.release()
  }
}
