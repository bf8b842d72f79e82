// npm run bench -- <name>: a benchmark; each prints a table and ends with one line RESULT {…}.
import { join } from 'node:path'
import { root, setUp } from './set-up.mjs'

setUp()
let broker
if (process.argv[2] === 'pipeline' && !process.argv.includes('--kafka')) {
  const { KafkaUnavailable, startKafkaBroker } = await import('./kafka-broker.mjs')
  try {
    broker = await startKafkaBroker({ brokers: 1, dataFolder: join(root, '.cache/kafka/bench') })
    process.argv.push('--kafka', broker.bootstrap)
  } catch (error) {
    if (!(error instanceof KafkaUnavailable)) throw error
    process.stderr.write(`${error.message}\n`)
  }
}
await import('../dist/bench/main.js')
await broker?.stop()
