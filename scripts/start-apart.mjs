// npm run start:apart: every service as its own process, over a real Kafka broker and one PostgreSQL.
import { join } from 'node:path'
import { fail, root, setUp } from './set-up.mjs'

setUp()
if (!process.env.KAFKA_BROKERS) {
  const { startKafkaBroker } = await import('./kafka-broker.mjs')
  process.stderr.write('正在启动 Kafka Starting Kafka …\n')
  const broker = await startKafkaBroker({ brokers: 1, dataFolder: join(root, '.cache/kafka/apart') }).catch((error) =>
    fail(error.zh ?? error.message, error.message),
  )
  process.env.KAFKA_BROKERS = broker.bootstrap
}
await import('../dist/services/apart/main.js')
