import type { IHeaders, KafkaMessage } from 'kafkajs'
import { v5 as uuidv5 } from 'uuid'
import { z } from 'zod'
import type { DomainEvent, Stream } from '#libs/contracts'
import { UNREADABLE } from '../event-consumer.ts'

/** An event as Kafka carries it. */
export interface OutgoingMessage {
  readonly key: string
  readonly value: string
  readonly headers: IHeaders
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
export function fromKafka(message: KafkaMessage, stream: Stream, partition: number): DomainEvent {
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
