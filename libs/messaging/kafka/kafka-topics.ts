import { setTimeout as sleep } from 'node:timers/promises'
import type { Admin } from 'kafkajs'
import { streams } from '#libs/contracts'
import { LOG_DAYS } from '../tables.ts'
import { connect, type KafkaOptions, topicOf } from './kafka-client.ts'

/** What topics that are missing are made with. */
export interface TopicOptions {
  readonly partitions: number
  readonly replicas: number
}

const LEADERS_BOUND_MS = 30_000
const DAY_MS = 86_400_000

/** How a topic is set: it keeps events as long as the log does, and one of several brokers may be away. */
export function topicSettings(replicas: number) {
  return {
    // A segment is deleted as a whole: its first event is a segment's time older than its last one.
    'segment.ms': DAY_MS,
    'retention.ms': (LOG_DAYS - 1) * DAY_MS,
    'min.insync.replicas': Math.max(1, replicas - 1),
  }
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
        configEntries: Object.entries(topicSettings(replicas)).map(([name, value]) => ({ name, value: String(value) })),
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
