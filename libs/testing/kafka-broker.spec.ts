import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, describe, expect, it } from '@jest/globals'
import { Kafka, logLevel } from 'kafkajs'
import { KafkaUnavailable, startKafkaBroker } from '../../scripts/kafka-broker.mjs'
import { eventually } from './test-system.ts'

const folder = await mkdtemp(join(tmpdir(), 'ruhui-brokers-'))
const cluster = await startKafkaBroker({ brokers: 3, dataFolder: join(folder, 'three') }).catch((error) => {
  if (error instanceof KafkaUnavailable && process.env.RUHUI_REQUIRE_KAFKA !== '1') return undefined
  throw error
})
afterAll(async () => {
  await cluster?.stop()
  await rm(folder, { recursive: true, force: true })
})

const onThisMachine = cluster ? describe : describe.skip

onThisMachine('startKafkaBroker', () => {
  const running = cluster!

  it('loses nothing that was acknowledged while one broker of three is killed and comes back', async () => {
    const kafka = new Kafka({
      brokers: running.brokers,
      logLevel: logLevel.NOTHING,
      retry: { initialRetryTime: 100, retries: 15 },
    })
    const admin = kafka.admin()
    await admin.connect()
    await admin.createTopics({ waitForLeaders: true, topics: [{ topic: 'kept', numPartitions: 3 }] })
    const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 })
    await producer.connect()
    const send = () => producer.send({ topic: 'kept', acks: -1, messages: [0, 1, 2].map(toPartition) })

    await send()
    await running.kill(0)
    expect(running.pid(0)).toBeUndefined()
    await send()
    await running.restart(0)
    await send()
    const ends = await admin.fetchTopicOffsets('kept')
    expect(ends.map(({ high }) => high)).toEqual(['3', '3', '3'])
    await Promise.all([producer.disconnect(), admin.disconnect()])
  }, 60_000)

  it('refuses a data folder that is in use, and a port that is taken', async () => {
    const dataFolder = join(folder, 'three')
    await expect(startKafkaBroker({ brokers: 3, dataFolder })).rejects.toThrow('is in use by another Kafka')
    const ports = [Number(running.brokers[1]!.split(':')[1])]
    const other = startKafkaBroker({ brokers: 1, dataFolder: join(folder, 'other'), ports })
    await expect(other).rejects.toThrow('is taken')
  }, 60_000)

  it('leaves neither a broker nor a lock behind when the process that started it is killed', async () => {
    const dataFolder = join(folder, 'orphan')
    const program = `
      import { startKafkaBroker } from ${JSON.stringify(new URL('../../scripts/kafka-broker.mjs', import.meta.url))}
      const cluster = await startKafkaBroker({ brokers: 1, dataFolder: ${JSON.stringify(dataFolder)} })
      console.log(cluster.pid(0))
    `
    const owner = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = await once(createInterface(owner.stdout), 'line')
    const broker = Number(line)
    expect(isRunning(broker)).toBe(true)
    owner.kill('SIGKILL')
    await eventually(() => !isRunning(broker) || undefined)
    await expect(startKafkaBroker({ brokers: 3, dataFolder })).rejects.toThrow('belongs to a Kafka of 1')
  }, 60_000)
})

function toPartition(partition: number) {
  return { partition, value: 'x' }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
