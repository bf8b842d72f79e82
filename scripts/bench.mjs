// npm run bench -- <name>: a benchmark; each prints a table and ends with one line RESULT {…}.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setUp } from './set-up.mjs'

setUp()
let broker
let folder
if (process.argv[2] === 'pipeline' && !process.argv.includes('--kafka')) {
  const { KafkaUnavailable, startKafkaBroker } = await import('./kafka-broker.mjs')
  try {
    // A new broker each time: what an earlier run left in its topics would be handled too.
    folder = await mkdtemp(join(tmpdir(), 'ruhui-bench-kafka-'))
    broker = await startKafkaBroker({ brokers: 1, dataFolder: folder })
    process.argv.push('--kafka', broker.bootstrap)
  } catch (error) {
    if (!(error instanceof KafkaUnavailable)) throw error
    process.stderr.write(`${error.message}\n`)
  }
}
try {
  await import('../dist/bench/main.js')
} finally {
  await broker?.stop()
  if (folder) await rm(folder, { recursive: true, force: true })
}
