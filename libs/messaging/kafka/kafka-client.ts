import { setTimeout as sleep } from 'node:timers/promises'
import { Kafka, logLevel } from 'kafkajs'
import type { Stream } from '#libs/contracts'

/** All that is about Kafka stands in this folder, so that another client costs this folder. */

export interface KafkaOptions {
  readonly brokers: string[]
  /** Distinguishes several systems on one cluster: topics and groups begin with it. */
  readonly prefix: string
}

const DISCONNECT_BOUND_MS = 5_000
/** NODE_ENV=test changes the client's own defaults: nothing is left to them. */
export const RETRY = { initialRetryTime: 100, maxRetryTime: 3_000, factor: 0.2, multiplier: 2, retries: 8 }

/** A client that says nothing by itself and tries for some seconds; nothing is connected yet. */
export function connect({ brokers }: KafkaOptions, clientId: string): Kafka {
  return new Kafka({ clientId, brokers, retry: RETRY, logLevel: logLevel.NOTHING, connectionTimeout: 3_000 })
}

/** The topic of a service's stream. */
export function topicOf({ prefix }: KafkaOptions, stream: Stream): string {
  return `${prefix}.${stream}`
}

/** Waits for a disconnect, but not for ever: in an outage the client's own may hang. */
export async function bounded(work: Promise<unknown> | undefined): Promise<void> {
  await Promise.race([quietly(work), sleep(DISCONNECT_BOUND_MS, undefined, { ref: false })])
}

/** Waits for work whose failure does not matter. */
export async function quietly(work: Promise<unknown> | undefined): Promise<void> {
  await work?.catch(() => {})
}
