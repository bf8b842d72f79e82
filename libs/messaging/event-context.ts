import type { EntityManager } from 'typeorm'
import type { z } from 'zod'
import type { DomainEvent, EventDefinition } from '#libs/contracts'

/** What a handler gets besides the events. */
export interface EventContext {
  /** The transaction of the effect: everything the handler writes goes through it, its own events too. */
  readonly tx: EntityManager
  /** The reading service. */
  readonly consumer: string
}

/** What the extras of `@EventPattern` say of a handler. */
export interface HandlerExtras {
  /** The handler takes an array: all events of the batch that may be handled together. */
  readonly batch?: true
  /** What the handler needs of the data; an event that lacks it is parked without a call. */
  readonly reads: z.ZodType
}

/** An event as a handler with these needs gets it. */
export type Received<Schema extends z.ZodType> = DomainEvent<z.infer<Schema>>

/** Extras for a handler of single events. */
export function reads(schema: z.ZodType): HandlerExtras {
  return { reads: schema }
}

/** Extras for a handler of batches: `@EventPattern(siteOpened.type, readsBatch(siteOpened.data))`. */
export function readsBatch(schema: z.ZodType): HandlerExtras {
  return { batch: true, reads: schema }
}

/** One handler, as the transports call it. */
export interface EventHandler extends HandlerExtras {
  readonly call: (payload: DomainEvent | DomainEvent[], context: EventContext) => Promise<void>
}

/** The handlers of a service by event type. */
export type EventHandlers = ReadonlyMap<EventDefinition['type'], EventHandler>
