import { type CustomTransportStrategy, type MessageHandler, Server } from '@nestjs/microservices'
import { isObservable, lastValueFrom } from 'rxjs'
import type { DataSource } from 'typeorm'
import { type DomainEvent, definitionOf, type Stream } from '#libs/contracts'
import { type ConsumerObserver, EventConsumer } from './event-consumer.ts'
import type { EventContext, EventHandler, EventHandlers, HandlerExtras } from './event-context.ts'

/** Where the events of a stream that were not handled yet stand. */
export interface Lag {
  /** `<group><<stream>`; the group `kafka` is the publisher that forwards a log to its topic. */
  readonly subscription: string
  readonly events: number
  readonly oldest: Date | null
}

/**
 * Brings events to the `@EventPattern` handlers of one service. A Nest transport strategy; the implementations differ
 * in where the events come from, and share everything else.
 */
export abstract class EventTransport extends Server implements CustomTransportStrategy {
  override readonly transportId = Symbol('ruhui events')
  override readonly propagatesEventHandlerErrors = true
  protected consumer: EventConsumer | undefined

  constructor(
    readonly service: string,
    protected readonly dataSource: DataSource,
    protected readonly observer: ConsumerObserver,
  ) {
    super()
  }

  async listen(callback: (error?: unknown) => void): Promise<void> {
    try {
      const handlers = this.eventHandlers()
      this.consumer = new EventConsumer(this.service, this.dataSource, handlers, this.observer)
      const streams = new Set([...handlers.keys()].map((type) => definitionOf(type).stream))
      await this.start(this.consumer, [...streams])
      callback()
    } catch (error) {
      callback(error)
    }
  }

  /** The service's consumer, for parked events and their replay; undefined before `listen`. */
  get eventConsumer(): EventConsumer | undefined {
    return this.consumer
  }

  /** Stops fetching, lets the batch at hand finish, and gives its claims back. */
  abstract override close(): Promise<void>

  /** False once the transport can't go on by itself, so that the process has to be restarted. */
  abstract isAlive(): boolean

  abstract lag(): Promise<Lag[]>

  protected abstract start(consumer: EventConsumer, streams: Stream[]): Promise<void>

  override on(): never {
    throw new Error('transport events are observed through the ConsumerObserver')
  }

  override unwrap<T>(): T {
    throw new Error('there is no single native client')
  }

  private eventHandlers(): EventHandlers {
    const handlers = new Map<string, EventHandler>()
    for (const [pattern, handler] of this.messageHandlers) {
      definitionOf(pattern)
      if (handler.next) throw new Error(`${this.service} has two handlers of ${pattern}`)
      handlers.set(pattern, {
        ...(handler.extras as HandlerExtras),
        call: (data, context) => call(handler, data, context),
      })
    }
    return handlers
  }
}

async function call(handler: MessageHandler, payload: DomainEvent | DomainEvent[], context: EventContext) {
  const result = await handler(payload, context)
  if (isObservable(result)) await lastValueFrom(result, { defaultValue: undefined })
}
