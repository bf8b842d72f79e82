import { v7 as uuidv7 } from 'uuid'
import type { z } from 'zod'

/** The services that publish events; each owns one stream (an event log, a Kafka topic). */
export const streams = [
  'qr-codes',
  'registrations',
  'identities',
  'federations',
  'memberships',
  'accounts',
  'notifications',
] as const

export type Stream = (typeof streams)[number]

/**
 * One kind of event as it is published today.
 *
 * A published version never changes its meaning: fields are only added, and optional. Anything else is a new
 * `version`, and `upcast` brings data of every older version to today's form, at the reader.
 */
export interface EventDefinition<Type extends string = string, Schema extends z.ZodObject = z.ZodObject> {
  readonly type: Type
  readonly version: number
  readonly stream: Stream
  /** What happened, in one sentence; goes into the AsyncAPI document. */
  readonly summary: string
  readonly data: Schema
  /** The aggregate that the event belongs to: events of one key are delivered in their order. */
  key(data: z.infer<Schema>): string
  /** `upcast[v]` turns data of version `v` into data of version `v + 1`. */
  readonly upcast: Readonly<Record<number, (old: unknown) => unknown>>
}

/**
 * A fact that a service recorded, with the attributes of CloudEvents 1.0 that we use.
 *
 * `key` is the aggregate (CloudEvents `partitionkey`), `time` the moment of recording, `trace` the id of the request
 * or event that caused it. Ids are UUID v7, so that inbox indexes grow at their end.
 */
export interface DomainEvent<Data = unknown> {
  readonly id: string
  readonly type: string
  readonly version: number
  readonly stream: Stream
  readonly key: string
  readonly time: Date
  readonly trace: string | null
  readonly data: Data
}

/** The data of the events that a definition describes: `DataOf<typeof registrationSubmitted>`. */
export type DataOf<Definition extends EventDefinition> = z.infer<Definition['data']>

/** Describes an event kind; see {@link EventDefinition}. */
export function defineEvent<const Type extends string, Schema extends z.ZodObject>(
  definition: Omit<EventDefinition<Type, Schema>, 'upcast'> & { upcast?: EventDefinition['upcast'] },
): EventDefinition<Type, Schema> {
  return { upcast: {}, ...definition }
}

/** Makes an event of a kind from the catalogue; data that does not fit the kind is a compile error. */
export function newEvent<Schema extends z.ZodObject>(
  definition: EventDefinition<string, Schema>,
  data: z.infer<Schema>,
  { now, trace = null }: { now: Date; trace?: string | null },
): DomainEvent<z.infer<Schema>> {
  const { type, version, stream } = definition
  return { id: uuidv7(), type, version, stream, key: definition.key(data), time: now, trace, data }
}
