import type { DataSource } from 'typeorm'
import type { Stream } from '#libs/contracts'
import type { ConsumerObserver, EventConsumer } from './event-consumer.ts'
import type { EventLog } from './event-log.ts'
import { EventTransport, type Lag } from './event-transport.ts'
import { defaultTiming, LogSubscription, type SubscriptionTiming } from './log-subscription.ts'

/** Lag is counted up to this many events per partition: enough to see that something is wrong. */
const LAG_LIMIT = 10_000

/** The embedded transport: every service in one process reads the others' event logs directly. */
export class LogTransport extends EventTransport {
  private subscriptions: LogSubscription[] = []

  constructor(
    service: string,
    dataSource: DataSource,
    observer: ConsumerObserver,
    /** The logs of the services in this process. */
    private readonly logs: ReadonlyMap<Stream, EventLog>,
    private readonly timing: SubscriptionTiming = defaultTiming,
  ) {
    super(service, dataSource, observer)
  }

  async close(): Promise<void> {
    await Promise.all(this.subscriptions.map((subscription) => subscription.stop()))
    this.subscriptions = []
  }

  isAlive(): boolean {
    return true
  }

  lag(): Promise<Lag[]> {
    return Promise.all(this.subscriptions.map(lagOf))
  }

  protected async start(consumer: EventConsumer, streams: Stream[]): Promise<void> {
    this.subscriptions = streams.map((stream) => {
      const log = this.logs.get(stream)
      if (!log) throw new Error(`${this.service} reads ${stream}, which is not in this process: set KAFKA_BROKERS`)
      return new LogSubscription(
        this.service,
        log,
        this.dataSource,
        (events, settle, signal) => consumer.deliver(events, settle, signal),
        (_, error) => this.observer.retrying(this.service, error),
        this.timing,
      )
    })
    await Promise.all(this.subscriptions.map((subscription) => subscription.start()))
  }
}

/** How much of its log a subscription has still to read. */
export async function lagOf(subscription: LogSubscription): Promise<Lag> {
  const { events, oldest } = await subscription.log.countAfter(await subscription.positions(), LAG_LIMIT)
  return { subscription: subscription.name, events, oldest }
}
