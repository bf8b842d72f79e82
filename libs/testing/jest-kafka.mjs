/** Offers one Kafka broker to all specs of a run, started when the first of them asks. */
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KafkaUnavailable, startKafkaBroker } from '../../scripts/kafka-broker.mjs'

/**
 * For Jest's global set-up: sets TEST_KAFKA_STARTER, where `kafkaForTests()` asks. The answer is the bootstrap
 * address, or 503 and the reason why this machine can't have a broker, or 500 and why the broker does not start.
 *
 * @returns {Promise<() => Promise<void>>} for the global teardown
 */
export async function offerKafka() {
  let running
  const server = createServer(async (_request, response) => {
    try {
      running ??= start()
      const { cluster } = await running
      response.end(cluster.bootstrap)
    } catch (error) {
      response.writeHead(error instanceof KafkaUnavailable ? 503 : 500).end(error.message)
    }
  })
  server.unref()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  process.env.TEST_KAFKA_STARTER = `http://127.0.0.1:${server.address().port}`

  return async () => {
    server.closeAllConnections()
    server.close()
    const started = await running?.catch(() => {})
    await started?.cluster.stop()
    if (started) await rm(started.folder, { recursive: true, force: true })
  }
}

async function start() {
  const folder = await mkdtemp(join(tmpdir(), 'ruhui-kafka-'))
  try {
    const cluster = await startKafkaBroker({ brokers: 1, dataFolder: folder, say })
    return { cluster, folder }
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    if (error instanceof KafkaUnavailable && process.env.RUHUI_REQUIRE_KAFKA !== '1') {
      process.stderr.write(`Specs over Kafka are skipped: ${error.message}\n`)
    }
    throw error
  }
}

function say(_zh, en) {
  process.stderr.write(`${en}\n`)
}
