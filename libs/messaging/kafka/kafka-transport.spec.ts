import { randomUUID } from 'node:crypto'
import { createRequire } from 'node:module'
import { afterEach, describe, expect, it, jest } from '@jest/globals'
import { Kafka, logLevel, type Message, type PartitionAssigner } from 'kafkajs'
import type { Stream } from '#libs/contracts'
import { kafkaForTests } from '#libs/testing'
import { idsByKey, issued, livesOf, opened, revoked } from '../contract-events.ts'
import { type TestConsumer, until, World } from '../contract-world.ts'
import { describeEventTransport } from '../event-transport.contract.ts'
import type { KafkaOptions } from './kafka-client.ts'
import { createTopics } from './kafka-topics.ts'

// Parts of kafkajs that have no types.
const require = createRequire(import.meta.url)
const Broker = require('kafkajs/src/broker')
const { KafkaJSConnectionClosedError } = require('kafkajs/src/errors')

const server = await kafkaForTests()
if ('skip' in server) it.skip(`KafkaTransport: ${server.skip}`, () => {})
else specsOver(server.brokers)

function specsOver(brokers: string[]): void {
  const kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING })

  async function newSystem(): Promise<KafkaOptions> {
    const options: KafkaOptions = { brokers, prefix: `spec-${randomUUID().slice(0, 8)}` }
    await createTopics(options, { partitions: 4, replicas: 1 })
    return options
  }

  async function withAdmin<T>(work: (admin: ReturnType<Kafka['admin']>) => Promise<T>): Promise<T> {
    const admin = kafka.admin()
    await admin.connect()
    return work(admin).finally(() => admin.disconnect())
  }

  describeEventTransport('KafkaTransport', {
    create: async () => World.create(await newSystem()),
    forgetPositions: (world, service) =>
      withAdmin(async (admin) => {
        await admin.deleteGroups([`${world.kafka?.prefix}.${service}`])
      }),
    concurrentCalls: 4,
  })

  describe('KafkaTransport', () => {
    let ending: World | undefined
    afterEach(async () => {
      jest.restoreAllMocks()
      await ending?.end()
      ending = undefined
    })

    /** Runs a test in a world of its own, which ends also when the test runs out of its time. */
    async function inWorld(
      options: { forwarding: boolean },
      test: (world: World, system: KafkaOptions) => Promise<void>,
    ) {
      const system = await newSystem()
      const world = await World.create(system, options)
      ending = world
      await test(world, system)
    }

    async function send({ prefix }: KafkaOptions, stream: Stream, messages: Message[]): Promise<void> {
      const producer = kafka.producer({ allowAutoTopicCreation: false })
      await producer.connect()
      await producer.send({ topic: `${prefix}.${stream}`, messages })
      await producer.disconnect()
    }

    function messagesIn({ prefix }: KafkaOptions, stream: Stream): Promise<number> {
      return withAdmin(async (admin) => {
        const offsets = await admin.fetchTopicOffsets(`${prefix}.${stream}`)
        return offsets.reduce((sum, { high }) => sum + Number(high), 0)
      })
    }

    it('creates the topics that are missing, and leaves the others alone', async () => {
      const options: KafkaOptions = { brokers, prefix: `spec-${randomUUID().slice(0, 8)}` }
      const created = await createTopics(options, { partitions: 3, replicas: 1 })
      expect(created).toContain(`${options.prefix}.registrations`)
      expect(await createTopics(options, { partitions: 5, replicas: 1 })).toEqual([])
      const { topics } = await withAdmin((admin) =>
        admin.fetchTopicMetadata({ topics: [`${options.prefix}.qr-codes`] }),
      )
      expect(topics[0]?.partitions).toHaveLength(3)
    })

    it('parks every message that is no event of ours, without losing one or stopping', async () => {
      await inWorld({ forwarding: true }, async (world, system) => {
        const event = issued(randomUUID())
        const headers = {
          ce_id: event.id,
          ce_type: event.type,
          ce_time: event.time.toISOString(),
          ce_dataversion: '1',
          ce_partitionkey: event.key,
        }
        const value = JSON.stringify(event.data)
        const malformed: Message[] = [
          { key: 'a', value: 'hello' },
          { key: null, value: null },
          { key: 'b', value, headers: { ...headers, ce_id: 'x' } },
          { key: 'c', value, headers: { ...headers, ce_time: '+200000-01-01T00:00:00Z' } },
          { key: 'd', value, headers: { ...headers, ce_dataversion: 'new' } },
          { key: 'e', value, headers: { ...headers, ce_type: 'code.issued\0' } },
          { key: 'f', value: '{', headers },
          { key: `g\0${'g'.repeat(5_000)}`, value },
          { key: 'h', value, timestamp: '-1' },
        ]
        await send(
          system,
          'qr-codes',
          malformed.map((message) => ({ ...message, partition: 0 })),
        )
        // In another topic, at the same place.
        await send(system, 'registrations', [{ key: 'z', value: 'hello', partition: 0 }])
        const insights = await world.consumer('insights')
        const readable = livesOf(3, 4)
        await world.publish(readable)
        await world.untilEffects('insights', readable.length)
        await insights.untilDrained()
        expect(insights.parked).toHaveLength(malformed.length + 1)
        expect(await parkedCount(insights)).toBe(malformed.length + 1)
        expect(idsByKey(await world.effects('insights'))).toEqual(idsByKey(readable))
      })
    })

    it('makes one effect of events that stand in the topic twice', async () => {
      await inWorld({ forwarding: false }, async (world, system) => {
        const insights = await world.consumer('insights')
        const streams = ['qr-codes'] as const
        const killed = await world.worker({ service: 'qr-codes', failpoint: 'events-sent', passes: 0, streams })
        const events = livesOf(4, 5)
        await world.publish(events)
        await killed.heard('events-sent')
        const sent = await messagesIn(system, 'qr-codes')
        expect(sent).toBeGreaterThan(0)
        await world.untilEffects('insights', sent)
        await killed.kill()
        const publisher = await world.forward('qr-codes')
        await until(async () => (await publisher.lag()).every(({ events: behind }) => behind === 0))
        expect(await messagesIn(system, 'qr-codes')).toBe(events.length + sent)
        await world.untilEffects('insights', events.length)
        await insights.untilDrained()
        expect(idsByKey(await world.effects('insights'))).toEqual(idsByKey(events))
      })
    })

    it('sends more than a broker takes at once', async () => {
      await inWorld({ forwarding: true }, async (world) => {
        const siteId = randomUUID()
        const events = Array.from({ length: 5 }, () => issued(siteId)).map((event) => ({
          ...event,
          data: { ...(event.data as object), token: 'x'.repeat(400_000) },
        }))
        await world.append(events)
        const insights = await world.consumer('insights')
        await world.untilEffects('insights', events.length)
        expect(idsByKey(await world.effects('insights'))).toEqual(idsByKey(events))
        expect(insights.parked).toEqual([])
      })
    })

    it('counts what is not published and what is not read', async () => {
      await inWorld({ forwarding: false }, async (world) => {
        const first = await world.consumer('insights')
        await world.publish([opened(randomUUID())])
        const publisher = await world.forward('qr-codes')
        await world.untilEffects('insights', 1)
        await first.untilDrained()
        await first.close()
        const events = livesOf(3, 4)
        await world.publish(events)
        await until(async () => (await publisher.lag())[0]?.events === 0)
        const lags = await first.transport.lag()
        expect(lags).toContainEqual({ subscription: 'insights<qr-codes', events: events.length, oldest: null })
        await publisher.close()
        const late = revoked(randomUUID())
        await world.append([late])
        expect(await publisher.lag()).toEqual([{ subscription: 'kafka<qr-codes', events: 1, oldest: late.time }])
      })
    })

    it('commits again what the broker did not take, though nothing comes after it', async () => {
      await inWorld({ forwarding: true }, async (world) => {
        const commit = jest.spyOn(Broker.prototype, 'offsetCommit').mockImplementationOnce(async () => {
          throw new KafkaJSConnectionClosedError('Closed connection')
        })
        const insights = await world.consumer('insights')
        const events = [opened(randomUUID())]
        await world.publish(events)
        await insights.untilDrained()
        expect(commit).toHaveBeenCalledTimes(2)
        expect(idsByKey(await world.effects('insights'))).toEqual(idsByKey(events))
      })
    })

    it('is alive while it reads, and no longer once it is stuck', async () => {
      await inWorld({ forwarding: true }, async (world) => {
        const { transport } = await world.consumer('insights')
        const later = performance.now() + 600_000
        jest.spyOn(performance, 'now').mockReturnValue(later)
        expect(transport.isAlive()).toBe(false)
        await transport.lag()
        await new Promise((resolve) => setTimeout(resolve, 1_500))
        expect(transport.isAlive()).toBe(true)
      })
    })

    it('is no longer alive once the client has given up', async () => {
      await inWorld({ forwarding: true }, async (world, { prefix }) => {
        const strange: PartitionAssigner = () => ({
          name: 'strange',
          version: 1,
          assign: async () => [],
          protocol: () => ({ name: 'strange', metadata: Buffer.alloc(0) }),
        })
        const other = kafka.consumer({ groupId: `${prefix}.insights`, partitionAssigners: [strange] })
        await other.connect()
        await other.subscribe({ topics: [`${prefix}.qr-codes`] })
        const joined = new Promise((resolve) => other.on(other.events.GROUP_JOIN, resolve))
        await other.run({ eachMessage: async () => {} })
        await joined
        const insights = await world.consumer('insights')
        await until(() => !insights.transport.isAlive())
        expect(insights.retries.length).toBeGreaterThan(0)
        await other.disconnect()
      })
    })
  })
}

async function parkedCount({ transport, dataSource }: TestConsumer): Promise<number | undefined> {
  return transport.eventConsumer?.parked.count(dataSource.manager)
}
