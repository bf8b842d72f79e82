import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type Consumer, Kafka, logLevel, Partitioners } from 'kafkajs'
import { kafkaForTests } from './kafka.ts'
import { eventually } from './test-system.ts'

const found = await kafkaForTests()
const brokers = 'brokers' in found ? found.brokers : []
const describeWithBroker = brokers.length > 0 ? describe : describe.skip

/** What the Kafka transport stands on: kafkajs 2.2.4 speaks to Kafka 4. */
describeWithBroker('kafkajs against a real broker', () => {
  const kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING, retry: { initialRetryTime: 100, retries: 8 } })
  const admin = kafka.admin()
  const topic = `kafkajs-${randomUUID()}`
  const groupId = `${topic}-group`
  const PARTITIONS = 4

  beforeAll(async () => {
    await admin.connect()
    await admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: PARTITIONS }] })
  })
  const consumers: Consumer[] = []
  afterAll(() => Promise.all([admin, ...consumers].map((client) => client.disconnect())))

  it('refuses a topic that nobody created', async () => {
    const producer = kafka.producer({ allowAutoTopicCreation: true, retry: { retries: 1 } })
    await producer.connect()
    await expect(producer.send({ topic: `${topic}-unknown`, messages: [{ value: '' }] })).rejects.toThrow(
      'does not host this topic-partition',
    )
    await producer.disconnect()
  })

  it('sends idempotently, the messages of a key to one partition in order', async () => {
    const producer = kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
    })
    await producer.connect()
    for (let round = 0; round < 5; round++) {
      const messages = Array.from({ length: 20 }, (_, key) => ({
        key: `key ${key}`,
        value: String(round),
        headers: { ce_id: `${key}/${round}` },
      }))
      await producer.send({ topic, acks: -1, messages })
    }
    await producer.disconnect()
    const ends = await admin.fetchTopicOffsets(topic)
    expect(ends.reduce((sum, { high }) => sum + Number(high), 0)).toBe(100)
  })

  it('reads batches, commits by hand, and goes on behind the commit', async () => {
    const values = new Map<string, string[]>()
    const committed = new Map<number, string>()
    const reader = await read(groupId, async ({ partition, key, value, offset }) => {
      values.set(key, [...(values.get(key) ?? []), value])
      committed.set(partition, String(Number(offset) + 1))
    })
    await settled(async () => expect([...values.values()].flat()).toHaveLength(100))
    for (const ofKey of values.values()) expect(ofKey).toEqual(['0', '1', '2', '3', '4'])

    await settled(async () => {
      const [offsets] = await admin.fetchOffsets({ groupId, topics: [topic] })
      const known = offsets!.partitions.filter(({ offset }) => offset !== '-1')
      expect(new Map(known.map(({ partition, offset }) => [partition, offset]))).toEqual(committed)
    })
    await reader.disconnect()

    const again: string[] = []
    const successor = await read(groupId, async ({ value }) => {
      again.push(value)
    })
    const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner })
    await producer.connect()
    await producer.send({ topic, messages: [{ key: 'key 0', value: 'new' }] })
    await settled(async () => expect(again).toEqual(['new']))
    await Promise.all([producer.disconnect(), successor.disconnect()])
  })

  it('divides the partitions between two consumers, and gives them to the one that stays', async () => {
    const group = `${topic}-two`
    const assigned: number[][] = [[], []]
    const readers = []
    for (const at of [0, 1]) {
      const onJoin = (partitions: number[]) => {
        assigned[at] = partitions
      }
      readers.push(await read(group, async () => {}, onJoin))
    }
    await settled(async () => {
      expect(assigned.map((partitions) => partitions.length)).toEqual([2, 2])
      expect(assigned.flat().sort()).toEqual([0, 1, 2, 3])
    })
    await readers[0]!.disconnect()
    await settled(async () => expect([...assigned[1]!].sort()).toEqual([0, 1, 2, 3]))
    await readers[1]!.disconnect()
  })

  it('deletes groups and topics', async () => {
    await admin.deleteGroups([groupId])
    await admin.deleteTopics({ topics: [topic] })
    await settled(async () => expect(await admin.listTopics()).not.toContain(topic))
  })

  interface Read {
    readonly partition: number
    readonly offset: string
    readonly key: string
    readonly value: string
  }

  async function read(
    group: string,
    handle: (message: Read) => Promise<void>,
    onJoin: (partitions: number[]) => void = () => {},
  ): Promise<Consumer> {
    const consumer = kafka.consumer({
      groupId: group,
      sessionTimeout: 6_000,
      heartbeatInterval: 500,
      maxWaitTimeInMs: 100,
      allowAutoTopicCreation: false,
    })
    consumers.push(consumer)
    // Before run(), which returns only when the consumer has joined.
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => onJoin(payload.memberAssignment[topic] ?? []))
    await consumer.connect()
    await consumer.subscribe({ topics: [topic], fromBeginning: true })
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: async ({ batch: { partition, messages }, resolveOffset, heartbeat }) => {
        for (const { key, value, offset } of messages) {
          await handle({ partition, offset, key: String(key), value: String(value) })
          resolveOffset(offset)
        }
        const next = String(BigInt(messages.at(-1)!.offset) + 1n)
        await consumer.commitOffsets([{ topic, partition, offset: next }])
        await heartbeat()
      },
    })
    return consumer
  }
})

function settled(expectation: () => unknown): Promise<boolean> {
  return eventually(async () => {
    await expectation()
    return true
  })
}
