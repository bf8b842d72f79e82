import { type Kafka, Partitioners, type Producer } from 'kafkajs'
import type { DataSource } from 'typeorm'
import { transact } from '#libs/database'
import type { ConsumerObserver } from '../event-consumer.ts'
import type { EventLog } from '../event-log.ts'
import type { Lag } from '../event-transport.ts'
import { LogSubscription, type SubscriptionTiming } from '../log-subscription.ts'
import { lagOf } from '../log-transport.ts'
import type { LoggedEvent } from '../logged-event.ts'
import { bounded, type KafkaOptions, RETRY, topicOf } from './kafka-client.ts'
import { type OutgoingMessage, toKafka } from './kafka-messages.ts'

/** Bytes of messages that are sent together; brokers refuse more than 1 MiB for one partition. */
const SEND_BYTES = 512 * 1024

/** Forwards a service's log to its topic: a subscription whose effect is the send. */
export class KafkaPublisher {
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
