/** Publishers, consumers and a database of their own for one test of the contract of the transports. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import type { DataSource } from 'typeorm'
import type { DomainEvent, Stream } from '#libs/contracts'
import { migrate, transact } from '#libs/database'
import { createTestDatabase, eventually, type TestDatabase } from '#libs/testing'
import { type Behaviour, contractDataSource, startNest } from './contract-consumer.ts'
import { LoseableDatabase } from './contract-outage.ts'
import type { WorkerTask } from './contract-worker.ts'
import type { ConsumerObserver } from './event-consumer.ts'
import { EventLog } from './event-log.ts'
import type { EventTransport } from './event-transport.ts'
import type { KafkaOptions } from './kafka/kafka-client.ts'
import { KafkaTransport } from './kafka/kafka-transport.ts'
import { maintainPartitions } from './log-maintenance.ts'
import type { SubscriptionTiming } from './log-subscription.ts'
import { LogTransport } from './log-transport.ts'

export const publishers = ['qr-codes', 'registrations'] as const satisfies Stream[]
export const BATCH = 32
/** How long a test waits for what must come: far longer than it takes. */
const BOUND_MS = 90_000

export interface ConsumerOptions extends Behaviour {
  /** Reaches the database another way. */
  readonly url?: string
}

export class World {
  readonly logs = new Map<Stream, EventLog>()
  private readonly ends: (() => Promise<unknown>)[] = []

  private constructor(
    readonly database: TestDatabase,
    /** Undefined: the embedded transport. */
    readonly kafka: KafkaOptions | undefined,
  ) {}

  /** @param forwarding whether the logs are forwarded to Kafka from the beginning */
  static async create(kafka?: KafkaOptions, { forwarding = true } = {}): Promise<World> {
    const world = new World(await createTestDatabase(), kafka)
    for (const stream of publishers) {
      await world.addPublisher(stream)
      if (kafka && forwarding) await world.forward(stream)
    }
    return world
  }

  async end(): Promise<void> {
    for (const end of this.ends.reverse()) await end()
    await this.database.drop()
  }

  get timing(): SubscriptionTiming {
    // Brokers allow no session shorter than 6 s.
    return { batchSize: BATCH, idleMs: 20, gatherMs: 1, leaseMs: this.kafka ? 6_000 : 1_000 }
  }

  /** Starts the publisher of a stream. */
  async forward(stream: Stream): Promise<KafkaTransport> {
    if (!this.kafka) throw new Error('only Kafka needs a publisher')
    const timing = { ...this.timing, leaseMs: 1_000 }
    const log = this.logs.get(stream)
    const publisher = new KafkaTransport(stream, this.sources.get(stream)!, silent, log, this.kafka, timing)
    this.ends.push(() => publisher.close())
    await publisher.listen((error) => {
      if (error) throw error
    })
    return publisher
  }

  /** Appends each event in a transaction of its own; keys are spread over several writers at the same time. */
  async publish(events: readonly DomainEvent[]): Promise<void> {
    const writers = 4
    const keys = [...new Set(events.map(({ key }) => key))]
    await Promise.all(
      Array.from({ length: writers }, async (_, writer) => {
        const own = new Set(keys.filter((_, at) => at % writers === writer))
        for (const event of events) if (own.has(event.key)) await this.append([event])
      }),
    )
  }

  async append(events: readonly DomainEvent[]): Promise<void> {
    const log = this.logs.get(events[0]!.stream)!
    await transact(this.sources.get(log.stream)!, (tx) => log.append(tx, events))
  }

  async consumer(service: string, options: ConsumerOptions = {}): Promise<TestConsumer> {
    const dataSource = await this.open(service, options.url)
    const consumer = new TestConsumer(service, dataSource, (observer) => this.transport(service, dataSource, observer))
    this.ends.push(() => consumer.close())
    await consumer.start(options)
    return consumer
  }

  /** Runs a consumer in a process of its own, which can be killed and frozen. */
  async worker(task: Omit<WorkerTask, 'url' | 'kafka' | 'timing'>): Promise<Worker> {
    await (await this.open(task.service)).destroy()
    const worker = new Worker({ ...task, url: this.database.url, kafka: this.kafka, timing: this.timing })
    this.ends.push(() => worker.kill())
    await worker.heard('ready')
    return worker
  }

  /** A way to the database that can be cut. */
  async loseable(): Promise<LoseableDatabase> {
    const way = await LoseableDatabase.open(this.database.url)
    this.ends.push(() => way.close())
    return way
  }

  /** Ends every connection to the database. */
  async terminateConnections(): Promise<void> {
    await this.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid()`,
    )
  }

  async query<Row>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
    const client = new Client({ connectionString: this.database.url })
    // A test may end every connection, this one too; the statement then fails by itself.
    client.on('error', () => {})
    await client.connect()
    try {
      return (await client.query(sql, parameters)).rows
    } finally {
      await client.end()
    }
  }

  /** The effects that a service wrote, in their order. */
  effects(service: string): Promise<{ id: string; key: string }[]> {
    return this.query(`select id, key from ${service}.effect order by seq`)
  }

  /** Resolves once a service has had the effects of at least so many events. */
  async untilEffects(service: string, atLeast: number): Promise<void> {
    await until(async () => (await this.effects(service)).length >= atLeast)
  }

  /** Resolves once a service has had no further effects for a while. */
  async untilEffectsRest(service: string): Promise<void> {
    let before = -1
    await until(async () => {
      const { length } = await this.effects(service)
      const rest = length === before
      before = length
      if (!rest) await sleep(300)
      return rest
    })
  }

  /** The transport that brings events to a service. */
  transport(service: string, dataSource: DataSource, observer: ConsumerObserver): EventTransport {
    return this.kafka
      ? new KafkaTransport(service, dataSource, observer, undefined, this.kafka, this.timing)
      : new LogTransport(service, dataSource, observer, this.logs, this.timing)
  }

  private readonly sources = new Map<Stream, DataSource>()

  private async addPublisher(stream: Stream): Promise<void> {
    const dataSource = await this.open(stream)
    await maintainPartitions(dataSource, new Date(), null)
    const log = new EventLog(stream, dataSource)
    this.logs.set(stream, log)
    this.sources.set(stream, dataSource)
  }

  private async open(service: string, url = this.database.url): Promise<DataSource> {
    const dataSource = await contractDataSource(service, url).initialize()
    this.ends.push(async () => dataSource.isInitialized && dataSource.destroy())
    await migrate(dataSource)
    return dataSource
  }
}

/** A running service in this process. */
export class TestConsumer {
  /** Every call of a handler with the ids of its events. */
  readonly calls: DomainEvent[][] = []
  readonly retries: unknown[] = []
  readonly parked: string[] = []
  readonly transport: EventTransport
  private app: { close(): Promise<void> } | undefined

  constructor(
    readonly service: string,
    readonly dataSource: DataSource,
    makeTransport: (observer: ConsumerObserver) => EventTransport,
  ) {
    this.transport = makeTransport({
      handled: () => {},
      parked: (_, event) => this.parked.push(event.id),
      retrying: (_, error) => this.retries.push(error),
    })
  }

  async start({ before, after }: Behaviour): Promise<void> {
    const noting: Behaviour = {
      before: async (events, context) => {
        this.calls.push([...events])
        await before?.(events, context)
      },
      after,
    }
    this.app = await startNest(this.transport, noting)
  }

  async close(): Promise<void> {
    await this.app?.close()
    this.app = undefined
  }

  /** Resolves once nothing is left to read. */
  async untilDrained(): Promise<void> {
    await until(async () => {
      const lags = await this.transport.lag()
      return lags.length > 0 && lags.every(({ events }) => events === 0)
    })
  }
}

/** A running service in a process of its own. */
export class Worker {
  private readonly process
  private readonly lines: string[] = []

  constructor(task: WorkerTask) {
    const here = (name: string) => new URL(name, import.meta.url).href
    this.process = spawn(
      process.execPath,
      [
        ...['--conditions=source', '--import', here('../testing/typescript-loader.mjs')],
        ...[new URL(here('contract-worker.ts')).pathname, JSON.stringify(task)],
      ],
      { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, NODE_OPTIONS: '' } },
    )
    createInterface(this.process.stdout).on('line', (line) => this.lines.push(line))
  }

  async heard(line: string): Promise<void> {
    await until(() => this.lines.includes(line))
  }

  freeze(): void {
    this.process.kill('SIGSTOP')
  }

  thaw(): void {
    this.process.kill('SIGCONT')
    this.process.stdin.write('go on\n')
  }

  async kill(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return
    this.process.kill('SIGKILL')
    await once(this.process, 'exit')
  }
}

export async function until(check: () => Promise<boolean> | boolean): Promise<void> {
  await eventually(async () => (await check()) || undefined, BOUND_MS)
}

const silent: ConsumerObserver = { handled: () => {}, parked: () => {}, retrying: () => {} }
