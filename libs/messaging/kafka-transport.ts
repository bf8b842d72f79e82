import { setTimeout as sleep } from 'node:timers/promises'
import {
  type Consumer,
  type EachBatchPayload,
  type IHeaders,
  Kafka,
  type KafkaMessage,
  logLevel,
  Partitioners,
  type Producer,
} from 'kafkajs'
import type { DataSource } from 'typeorm'
import { type DomainEvent, type Stream, streams } from '#libs/contracts'
import { transact } from '#libs/database'
import { type ConsumerObserver, type EventConsumer, Stopped, UNREADABLE } from './event-consumer.ts'
import type { EventLog, LoggedEvent } from './event-log.ts'
import { EventTransport, type Lag } from './event-transport.ts'
import { defaultTiming, LogSubscription, type SubscriptionTiming } from './log-subscription.ts'
import { lagOf } from './log-transport.ts'
import { LOG_DAYS } from './tables.ts'

/** Everything that is about Kafka stands in this file, so that another client costs this file. */

export interface KafkaOptions {
  readonly brokers: string[]
  /** Distinguishes several systems on one cluster: topics and groups begin with it. */
  readonly prefix: string
}

export interface TopicOptions {
  readonly partitions: number
  readonly replicas: number
}

/** Events handled between two heartbeats. */
const CHUNK = 500
const SESSION_TIMEOUT_MS = 10_000
/** Without any sign from the client for this long, the consumer counts as stalled. */
const STALLED_AFTER_MS = 60_000
const DISCONNECT_BOUND_MS = 5_000
/** NODE_ENV=test changes the client's own defaults: nothing is left to them. */
const RETRY = { initialRetryTime: 100, maxRetryTime: 5_000, factor: 0.2, multiplier: 2, retries: 8 }

function connect({ brokers }: KafkaOptions, clientId: string): Kafka {
  return new Kafka({ clientId, brokers, retry: RETRY, logLevel: logLevel.NOTHING, connectionTimeout: 3_000 })
}

function topicOf({ prefix }: KafkaOptions, stream: Stream): string {
  return `${prefix}.${stream}`
}

/** The deploy step: creates the topics that are missing. Topics that exist stay as they are. */
export async function createTopics(options: KafkaOptions, { partitions, replicas }: TopicOptions): Promise<string[]> {
  const admin = connect(options, 'ruhui deploy').admin()
  await admin.connect()
  try {
    const existing = new Set(await admin.listTopics())
    const missing = streams.map((stream) => topicOf(options, stream)).filter((topic) => !existing.has(topic))
    await admin.createTopics({
      waitForLeaders: true,
      topics: missing.map((topic) => ({
        topic,
        numPartitions: partitions,
        replicationFactor: replicas,
        configEntries: [
          { name: 'retention.ms', value: String(LOG_DAYS * 86_400_000) },
          { name: 'min.insync.replicas', value: String(Math.max(1, replicas - 1)) },
        ],
      })),
    })
    return missing
  } finally {
    await admin.disconnect()
  }
}

/** Events over Kafka: a publisher forwards the service's own log to its topic, and the handlers read topics. */
export class KafkaTransport extends EventTransport {
  private readonly kafka: Kafka
  private readonly publisher: KafkaPublisher
  private reader: Consumer | undefined
  private read: Stream[] = []
  private readonly stopping = new AbortController()
  private crashed = false
  private lastSign = performance.now()

  constructor(
    service: string,
    dataSource: DataSource,
    observer: ConsumerObserver,
    /** The service's own log; undefined for a service that publishes nothing. */
    log: EventLog | undefined,
    private readonly options: KafkaOptions,
    timing: SubscriptionTiming = defaultTiming,
  ) {
    super(service, dataSource, observer)
    this.kafka = connect(options, `ruhui ${service}`)
    this.publisher = new KafkaPublisher(this.kafka, options, log, dataSource, observer, timing)
  }

  async close(): Promise<void> {
    this.stopping.abort()
    if (this.reader) await bounded(this.reader.disconnect())
    await this.publisher.stop()
  }

  isAlive(): boolean {
    return !this.crashed && (!this.reader || performance.now() - this.lastSign < STALLED_AFTER_MS)
  }

  async lag(): Promise<Lag[]> {
    return [...(await this.publisher.lag()), ...(await this.readerLag())]
  }

  private async readerLag(): Promise<Lag[]> {
    if (this.read.length === 0) return []
    const admin = this.kafka.admin()
    await admin.connect()
    try {
      const topics = this.read.map((stream) => topicOf(this.options, stream))
      const committed = await admin.fetchOffsets({ groupId: this.groupId, topics })
      return await Promise.all(
        committed.map(async ({ topic, partitions }, at) => {
          const ends = new Map(
            (await admin.fetchTopicOffsets(topic)).map(({ partition, high, low }) => [partition, { high, low }]),
          )
          const events = partitions.reduce((sum, { partition, offset }) => {
            const { high, low } = ends.get(partition) ?? { high: '0', low: '0' }
            return sum + Number(high) - Math.max(Number(offset), Number(low))
          }, 0)
          return { subscription: `${this.service}<${this.read[at]}`, events, oldest: null }
        }),
      )
    } finally {
      await admin.disconnect()
    }
  }

  private get groupId(): string {
    return `${this.options.prefix}.${this.service}`
  }

  protected async start(consumer: EventConsumer, read: Stream[]): Promise<void> {
    await this.publisher.start()
    if (read.length === 0) return
    this.read = read
    const reader = this.kafka.consumer({
      groupId: this.groupId,
      sessionTimeout: SESSION_TIMEOUT_MS,
      heartbeatInterval: SESSION_TIMEOUT_MS / 4,
      rebalanceTimeout: 3 * SESSION_TIMEOUT_MS,
      maxWaitTimeInMs: 500,
      metadataMaxAge: 30_000,
      allowAutoTopicCreation: false,
      retry: { ...RETRY, restartOnFailure: async () => !this.stopping.signal.aborted },
    })
    this.reader = reader
    reader.on(reader.events.CRASH, ({ payload }) => {
      this.crashed = !payload.restart && !this.stopping.signal.aborted
      this.observer.retrying(this.service, payload.error)
    })
    for (const sign of [reader.events.FETCH, reader.events.HEARTBEAT, reader.events.GROUP_JOIN]) {
      reader.on(sign, () => {
        this.lastSign = performance.now()
      })
    }
    await reader.connect()
    await reader.subscribe({ topics: read.map((stream) => topicOf(this.options, stream)), fromBeginning: true })
    await reader.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: 4,
      eachBatch: (payload) => this.handleBatch(consumer, reader, payload),
    })
  }

  /**
   * Nothing but the client's own errors may leave this function: it stops for good on a TypeError and its like. What
   * is not committed here is fetched again.
   */
  private async handleBatch(consumer: EventConsumer, reader: Consumer, payload: EachBatchPayload): Promise<void> {
    const { topic, partition, messages } = payload.batch
    for (let at = 0; at < messages.length && payload.isRunning() && !payload.isStale(); at += CHUNK) {
      const chunk = messages.slice(at, at + CHUNK)
      const stream = topic.slice(this.options.prefix.length + 1) as Stream
      const beating = setInterval(() => payload.heartbeat().catch(() => {}), SESSION_TIMEOUT_MS / 4)
      try {
        await consumer.deliver(
          chunk.map((message) => fromKafka(message, stream, partition)),
          async () => {},
          this.stopping.signal,
        )
      } catch (error) {
        if (error instanceof Stopped) return
        this.observer.retrying(this.service, error)
        throw new Error('the batch could not be settled', { cause: error })
      } finally {
        clearInterval(beating)
      }
      const last = chunk.at(-1)!.offset
      payload.resolveOffset(last)
      await reader.commitOffsets([{ topic, partition, offset: String(BigInt(last) + 1n) }])
      await payload.heartbeat()
    }
  }
}

/** Forwards a service's log to its topic: a subscription whose effect is the send. */
class KafkaPublisher {
  private producer: Producer | undefined
  private subscription: LogSubscription | undefined

  constructor(
    private readonly kafka: Kafka,
    private readonly options: KafkaOptions,
    private readonly log: EventLog | undefined,
    private readonly dataSource: DataSource,
    private readonly observer: ConsumerObserver,
    private readonly timing: SubscriptionTiming,
  ) {}

  async start(): Promise<void> {
    if (!this.log) return
    this.subscription = new LogSubscription(
      'kafka',
      this.log,
      this.dataSource,
      async (events, settle) => {
        await this.send(events)
        await transact(this.dataSource, settle)
      },
      (name, error) => this.observer.retrying(name, error),
      this.timing,
    )
    await this.subscription.start()
  }

  async stop(): Promise<void> {
    await bounded(this.subscription?.stop())
    await bounded(this.producer?.disconnect())
  }

  async lag(): Promise<Lag[]> {
    return this.subscription ? [await lagOf(this.subscription)] : []
  }

  /** No transaction is open here: in an outage the idempotent producer waits for as long as it lasts. */
  private async send(events: readonly LoggedEvent[]): Promise<void> {
    try {
      this.producer ??= await this.connectProducer()
      await this.producer.send({
        topic: topicOf(this.options, events[0]!.stream),
        acks: -1,
        messages: events.map(toKafka),
      })
    } catch (error) {
      // The producer never recovers by itself from a lost sequence (OUT_OF_ORDER_SEQUENCE, UNKNOWN_PRODUCER_ID).
      const broken = this.producer
      this.producer = undefined
      await bounded(broken?.disconnect())
      throw error
    }
  }

  private async connectProducer(): Promise<Producer> {
    const producer = this.kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
      retry: { ...RETRY, retries: Number.MAX_SAFE_INTEGER },
    })
    await producer.connect()
    return producer
  }
}

/** CloudEvents 1.0 in Kafka's binary mode: attributes as `ce_*` headers, the data as the value. */
function toKafka(event: DomainEvent): { key: string; value: string; headers: IHeaders } {
  return {
    key: event.key,
    value: JSON.stringify(event.data),
    headers: {
      ce_specversion: '1.0',
      ce_id: event.id,
      ce_source: `/ruhui/${event.stream}`,
      ce_type: event.type,
      ce_time: event.time.toISOString(),
      ce_dataversion: String(event.version),
      ce_partitionkey: event.key,
      ...(event.trace === null ? {} : { ce_trace: event.trace }),
      'content-type': 'application/json',
    },
  }
}

const TEXT_OF_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/**
 * The event in a message. A message that is none becomes an event of the type {@link UNREADABLE}, with an id made of its place, so that it is parked like every other event that can't be read.
 */
function fromKafka(message: KafkaMessage, stream: Stream, partition: number): DomainEvent {
  const header = (name: string) => message.headers?.[name]?.toString() ?? null
  const value = message.value?.toString() ?? ''
  const key = message.key?.toString() ?? ''
  const [id, type, time] = [header('ce_id'), header('ce_type'), header('ce_time')]
  try {
    if (!id || !TEXT_OF_ID.test(id) || !type || !time) throw new Error('no CloudEvents headers')
    return {
      id,
      type,
      version: Number(header('ce_dataversion')),
      stream,
      key: header('ce_partitionkey') ?? key,
      time: new Date(time),
      trace: header('ce_trace'),
      data: JSON.parse(value),
    }
  } catch {
    const place = BigInt(partition) * 2n ** 64n + BigInt(message.offset)
    const hex = place.toString(16).padStart(32, '0')
    return {
      id: hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
      type: UNREADABLE,
      version: 0,
      stream,
      key,
      time: new Date(Number(message.timestamp)),
      trace: null,
      data: value,
    }
  }
}

/** Waits for a disconnect, but not for ever: in an outage the client's own may hang. */
async function bounded(work: Promise<unknown> | undefined): Promise<void> {
  await Promise.race([Promise.resolve(work).catch(() => {}), sleep(DISCONNECT_BOUND_MS, undefined, { ref: false })])
}
