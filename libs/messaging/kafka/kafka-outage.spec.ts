import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals'
import type { DomainEvent } from '#libs/contracts'
import { kafkaForTests } from '#libs/testing'
import { idsByKey, livesOf } from '../contract-events.ts'
import { type TestConsumer, World } from '../contract-world.ts'
import type { KafkaOptions } from './kafka-client.ts'
import { createTopics } from './kafka-topics.ts'

interface Broker {
  readonly brokers: string[]
  kill(at: number): Promise<void>
  restart(at: number): Promise<void>
  stop(): Promise<void>
}

let folder: string
let broker: Broker
let world: World

const shared = await kafkaForTests()
if ('skip' in shared) it.skip(`KafkaTransport in an outage: ${shared.skip}`, () => {})
else {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ruhui-kafka-'))
    // A broker of its own, which nobody else misses.
    const script = '../../../scripts/kafka-broker.mjs'
    const { startKafkaBroker } = await import(script)
    broker = await startKafkaBroker({ brokers: 1, dataFolder: folder })
  }, 90_000)
  afterAll(async () => {
    await broker?.stop()
    await rm(folder, { recursive: true, force: true })
  })
  // Also when the test has run out of its time.
  afterEach(() => world?.end(), 60_000)
  it('goes on after the broker was killed, and can be stopped while it is away', surviveOutage, 300_000)
}

async function expectAllOnce(consumer: TestConsumer, events: readonly DomainEvent[]): Promise<void> {
  await world.untilEffects('insights', events.length)
  await consumer.untilDrained()
  expect(idsByKey(await world.effects('insights'))).toEqual(idsByKey(events))
  expect(consumer.parked).toEqual([])
}

async function surviveOutage(): Promise<void> {
  const options: KafkaOptions = { brokers: broker.brokers, prefix: 'spec' }
  await createTopics(options, { partitions: 4, replicas: 1 })
  world = await World.create(options, { forwarding: false })
  const publisher = await world.forward('qr-codes')
  const insights = await world.consumer('insights', { after: () => sleep(20) })
  const events = livesOf(8, 30)
  const publishing = world.publish(events)
  await world.untilEffects('insights', 40)
  await broker.kill(0)
  await publishing
  await broker.restart(0)
  await expectAllOnce(insights, events)
  expect(insights.transport.isAlive()).toBe(true)

  await broker.kill(0)
  const later = livesOf(2, 5)
  await world.publish(later)
  await Promise.all([insights.close(), publisher.close()])
  await broker.restart(0)
  await world.forward('qr-codes')
  const next = await world.consumer('insights')
  await expectAllOnce(next, [...events, ...later])
}
