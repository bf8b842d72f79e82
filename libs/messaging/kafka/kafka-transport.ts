import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs'
import type { DataSource } from 'typeorm'
import type { DomainEvent, Stream } from '#libs/contracts'
import { type Claim, type ConsumerObserver, type EventConsumer, Stopped } from '../event-consumer.ts'
import type { EventLog } from '../event-log.ts'
import { EventTransport, type Lag } from '../event-transport.ts'
import { defaultTiming, type SubscriptionTiming } from '../log-subscription.ts'
import { bounded, connect, type KafkaOptions, quietly, RETRY, topicOf } from './kafka-client.ts'
import { fromKafka } from './kafka-messages.ts'
import { KafkaPublisher } from './kafka-publisher.ts'

/** A fetch waits for this much, or this long: under load events come in batches that are worth a transaction. */
const GATHER_BYTES = 256 * 1024
const GATHER_MS = 100
/** Partitions whose batches are handled at the same time. */
const CONCURRENT_PARTITIONS = 4
/** Without any progress for this long the reader counts as stalled: twice what a transaction may take. */
const STALLED_AFTER_MS = 120_000

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
