import { setTimeout as sleep } from 'node:timers/promises'
import {
  type Admin,
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
import { v5 as uuidv5 } from 'uuid'
import { z } from 'zod'
import { type DomainEvent, type Stream, streams } from '#libs/contracts'
import { transact } from '#libs/database'
import { type Claim, type ConsumerObserver, type EventConsumer, Stopped, UNREADABLE } from './event-consumer.ts'
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

/** Bytes of messages that are sent together; brokers refuse more than 1 MiB for one partition. */
const SEND_BYTES = 512 * 1024
/** A fetch waits for this much, or this long: under load events come in batches that are worth a transaction. */
const GATHER_BYTES = 256 * 1024
const GATHER_MS = 100
/** Partitions whose batches are handled at the same time. */
const CONCURRENT_PARTITIONS = 4
/** Without any progress for this long the reader counts as stalled: twice what a transaction may take. */
const STALLED_AFTER_MS = 120_000
const DISCONNECT_BOUND_MS = 5_000
const LEADERS_BOUND_MS = 30_000
const DAY_MS = 86_400_000
/** NODE_ENV=test changes the client's own defaults: nothing is left to them. */
const RETRY = { initialRetryTime: 100, maxRetryTime: 3_000, factor: 0.2, multiplier: 2, retries: 8 }

function connect({ brokers }: KafkaOptions, clientId: string): Kafka {
  return new Kafka({ clientId, brokers, retry: RETRY, logLevel: logLevel.NOTHING, connectionTimeout: 3_000 })
}

function topicOf({ prefix }: KafkaOptions, stream: Stream): string {
  return `${prefix}.${stream}`
}

/** The deploy step: creates the topics that are missing and returns them. Topics that exist stay as they are. */
export async function createTopics(options: KafkaOptions, { partitions, replicas }: TopicOptions): Promise<string[]> {
  const admin = connect(options, 'ruhui deploy').admin()
  await admin.connect()
  try {
    const existing = new Set(await admin.listTopics())
    const missing = streams.map((stream) => topicOf(options, stream)).filter((topic) => !existing.has(topic))
    if (missing.length === 0) return []
    await admin.createTopics({
      waitForLeaders: false,
      topics: missing.map((topic) => ({
        topic,
        numPartitions: partitions,
        replicationFactor: replicas,
        configEntries: [
          // A segment is deleted as a whole: its first event is a segment's time older than its last one.
          { name: 'segment.ms', value: String(DAY_MS) },
          { name: 'retention.ms', value: String((LOG_DAYS - 1) * DAY_MS) },
          { name: 'min.insync.replicas', value: String(Math.max(1, replicas - 1)) },
        ],
      })),
    })
    await untilLed(admin, missing)
    return missing
  } finally {
    await admin.disconnect()
  }
}

/**
 * Waits until new topics can be used. The client's own wait gives up at once when a broker has not heard of a topic
 * yet, though the controller has created it.
 */
async function untilLed(admin: Admin, topics: string[]): Promise<void> {
  const end = performance.now() + LEADERS_BOUND_MS
  for (;;) {
    try {
      const { topics: found } = await admin.fetchTopicMetadata({ topics })
      if (found.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0))) return
      throw new Error(`no leaders for ${topics.join(', ')}`)
    } catch (error) {
      if (performance.now() > end) throw error
      await sleep(100)
    }
  }
}

/** Events over Kafka: a publisher forwards the service's own log to its topic, and the handlers read topics. */
export class KafkaTransport extends EventTransport {
  private readonly kafka: Kafka
  private readonly publisher: KafkaPublisher
  private reader: Consumer | undefined
  private read: Stream[] = []
  private readonly stopping = new AbortController()
  private readonly inHand = new Set<Promise<void>>()
  /** Counts the assignments of partitions: a batch of an earlier one is no longer ours. */
  private assignment = 0
  private crashed = false

  constructor(
    service: string,
    dataSource: DataSource,
    observer: ConsumerObserver,
    /** The service's own log; undefined for a service that publishes nothing. */
    log: EventLog | undefined,
    private readonly options: KafkaOptions,
    private readonly timing: SubscriptionTiming = defaultTiming,
  ) {
    super(service, dataSource, observer)
    this.kafka = connect(options, `ruhui ${service}`)
    this.publisher = new KafkaPublisher(this.kafka, options, log, dataSource, observer, timing)
  }

  async close(): Promise<void> {
    this.stopping.abort()
    await Promise.all([this.publisher.stop(), this.stopReader()])
  }

  isAlive(): boolean {
    return !this.crashed && (!this.reader || performance.now() - this.lastProgress < STALLED_AFTER_MS)
  }

  async lag(): Promise<Lag[]> {
    return [...(await this.publisher.lag()), ...(await this.readerLag())]
  }

  protected async start(consumer: EventConsumer, read: Stream[]): Promise<void> {
    await this.publisher.start()
    if (read.length === 0) return
    this.read = read
    const { leaseMs } = this.timing
    const reader = this.kafka.consumer({
      groupId: this.groupId,
      sessionTimeout: leaseMs,
      heartbeatInterval: leaseMs / 4,
      rebalanceTimeout: 5 * leaseMs,
      minBytes: GATHER_BYTES,
      maxWaitTimeInMs: GATHER_MS,
      metadataMaxAge: 30_000,
      allowAutoTopicCreation: false,
      retry: { ...RETRY, restartOnFailure: async () => !this.stopping.signal.aborted },
    })
    this.reader = reader
    reader.on(reader.events.CRASH, ({ payload }) => {
      this.crashed = !payload.restart && !this.stopping.signal.aborted
      this.observer.retrying(this.service, payload.error)
    })
    reader.on(reader.events.FETCH, () => this.progress())
    reader.on(reader.events.GROUP_JOIN, () => {
      this.assignment += 1
      this.progress()
    })
    await reader.connect()
    // Closed while it was connecting.
    if (this.stopping.signal.aborted) return
    await reader.subscribe({ topics: read.map((stream) => topicOf(this.options, stream)), fromBeginning: true })
    await reader.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: CONCURRENT_PARTITIONS,
      eachBatch: async (payload) => {
        const handling = this.handleBatch(consumer, payload)
        this.inHand.add(handling)
        await handling.finally(() => this.inHand.delete(handling))
      },
    })
  }

  /**
   * Nothing but the client's own errors and plain ones may leave this function: the client stops for good on a
   * TypeError and its like. What is not resolved here is fetched again.
   */
  private async handleBatch(consumer: EventConsumer, payload: EachBatchPayload): Promise<void> {
    const { topic, partition, messages } = payload.batch
    const { assignment } = this
    const { batchSize, leaseMs } = this.timing
    const stream = topic.slice(this.options.prefix.length + 1) as Stream
    const beating = setInterval(() => payload.heartbeat().catch(() => {}), leaseMs / 8)
    try {
      for (let at = 0; at < messages.length && !this.stopping.signal.aborted; at += batchSize) {
        const chunk = messages.slice(at, at + batchSize)
        const events = chunk.map((message) => fromKafka(message, stream, partition))
        await this.deliver(consumer, events)
        // The client forgets the partitions of an earlier assignment, and trips over them.
        if (this.assignment !== assignment) return
        const last = chunk.at(-1)!.offset
        const offset = String(BigInt(last) + 1n)
        // Before it is resolved: a commit that fails is made again when the chunk is, and the inbox knows the chunk.
        await payload.commitOffsetsIfNecessary({ topics: [{ topic, partitions: [{ partition, offset }] }] })
        if (this.assignment !== assignment) return
        payload.resolveOffset(last)
        await payload.heartbeat()
      }
    } catch (error) {
      if (!(error instanceof Stopped)) throw error
    } finally {
      clearInterval(beating)
    }
  }

  private async deliver(consumer: EventConsumer, events: DomainEvent[]): Promise<void> {
    try {
      await consumer.deliver(events, unclaimed, this.stopping.signal)
    } catch (error) {
      if (error instanceof Stopped) throw error
      this.observer.retrying(this.service, error)
      throw new Error('the batch could not be delivered', { cause: error })
    }
  }

  private async stopReader(): Promise<void> {
    const disconnected = this.reader && quietly(this.reader.disconnect())
    await Promise.allSettled(this.inHand)
    await bounded(disconnected)
  }

  private async readerLag(): Promise<Lag[]> {
    if (this.read.length === 0) return []
    const admin = this.kafka.admin({ retry: { ...RETRY, retries: 1 } })
    await admin.connect()
    try {
      const topics = this.read.map((stream) => topicOf(this.options, stream))
      const committed = await admin.fetchOffsets({ groupId: this.groupId, topics })
      return await Promise.all(
        committed.map(async ({ topic, partitions }) => {
          const ends = new Map((await admin.fetchTopicOffsets(topic)).map((end) => [end.partition, end]))
          const events = partitions.reduce((sum, { partition, offset }) => {
            const { high, low } = ends.get(partition) ?? { high: '0', low: '0' }
            return sum + Number(high) - Math.max(Number(offset), Number(low))
          }, 0)
          const stream = topic.slice(this.options.prefix.length + 1)
          return { subscription: `${this.service}<${stream}`, events, oldest: null }
        }),
      )
    } finally {
      await admin.disconnect()
    }
  }

  private get groupId(): string {
    return `${this.options.prefix}.${this.service}`
  }
}

/** Positions stand with the broker, and the inbox alone makes effects happen once: there is nothing to lose here. */
const unclaimed: Claim = { settle: () => {}, hold: async () => {} }

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
      async (events, claim) => {
        await this.send(events)
        await transact(this.dataSource, claim.settle)
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

  /** No transaction is open here: an outage of the broker is waited for. */
  private async send(events: readonly LoggedEvent[]): Promise<void> {
    const topic = topicOf(this.options, events[0]!.stream)
    try {
      this.producer ??= this.createProducer()
      await this.producer.connect()
      for (const messages of slices(events.map(toKafka))) await this.producer.send({ topic, acks: -1, messages })
    } catch (error) {
      // A producer never recovers from a lost sequence (OUT_OF_ORDER_SEQUENCE, UNKNOWN_PRODUCER_ID). Sending all
      // again through a new one keeps the order in which events appear first.
      const broken = this.producer
      this.producer = undefined
      await bounded(broken?.disconnect())
      throw error
    }
  }

  private createProducer(): Producer {
    return this.kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
      retry: RETRY,
    })
  }
}

interface OutgoingMessage {
  readonly key: string
  readonly value: string
  readonly headers: IHeaders
}

/** Cuts messages into runs that a broker takes at once. */
function slices(messages: readonly OutgoingMessage[]): OutgoingMessage[][] {
  const cut: OutgoingMessage[][] = []
  let room = 0
  for (const message of messages) {
    const bytes = Buffer.byteLength(message.value)
    if (cut.length === 0 || bytes > room) {
      cut.push([])
      room = SEND_BYTES
    }
    cut.at(-1)?.push(message)
    room -= bytes
  }
  return cut
}

/** CloudEvents 1.0 in Kafka's binary mode: attributes as `ce_*` headers, the data as the value. */
export function toKafka(event: DomainEvent): OutgoingMessage {
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

const LONGEST_TEXT = 500
const LATEST_MS = Date.UTC(2999, 0)
const text = z.string().refine((value) => value === storable(value))
/** What an event of ours has in its headers, and PostgreSQL can store. */
const attributes = z.object({
  id: z.guid(),
  type: text,
  version: z.coerce.number().int().min(1).max(9_999),
  key: text,
  time: z.iso
    .datetime()
    .transform((value) => new Date(value))
    .refine((value) => value.getTime() >= 0 && value.getTime() < LATEST_MS),
  trace: text.nullable(),
})
/** Namespace of the ids that are made for messages without one. */
const UNREADABLE_IDS = '0192a3f0-6f0e-7c3e-9d0a-5d1f6a8c2b47'

/**
 * The event in a message. A message that is none becomes an event of the type {@link UNREADABLE}, with an id made of
 * its place, so that it is parked like every other event that can't be read.
 */
function fromKafka(message: KafkaMessage, stream: Stream, partition: number): DomainEvent {
  const header = (name: string) => message.headers?.[name]?.toString() ?? null
  const value = message.value?.toString() ?? ''
  const key = storable(message.key?.toString() ?? '')
  try {
    return {
      ...attributes.parse({
        id: header('ce_id'),
        type: header('ce_type'),
        version: header('ce_dataversion'),
        key: header('ce_partitionkey') ?? key,
        time: header('ce_time'),
        trace: header('ce_trace'),
      }),
      stream,
      data: JSON.parse(value),
    }
  } catch {
    return {
      id: uuidv5(`${stream}/${partition}/${message.offset}`, UNREADABLE_IDS),
      type: UNREADABLE,
      version: 1,
      stream,
      key,
      time: new Date(Math.min(Math.max(0, Number(message.timestamp)), LATEST_MS)),
      trace: null,
      data: value,
    }
  }
}

/** Text that PostgreSQL takes into an indexed column. */
function storable(text: string): string {
  return text.replaceAll('\0', '\u{fffd}').slice(0, LONGEST_TEXT)
}

/** Waits for a disconnect, but not for ever: in an outage the client's own may hang. */
async function bounded(work: Promise<unknown> | undefined): Promise<void> {
  await Promise.race([quietly(work), sleep(DISCONNECT_BOUND_MS, undefined, { ref: false })])
}

async function quietly(work: Promise<unknown> | undefined): Promise<void> {
  await work?.catch(() => {})
}
