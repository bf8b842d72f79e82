// npm run kafka [-- --brokers 1|3] [--port 9092] [--data <folder>] [--fresh]: Apache Kafka on this machine.
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { KAFKA_VERSION, KafkaError, removeKafkaData, startKafkaBroker } from './kafka-broker.mjs'
import { fail, root } from './set-up.mjs'

const USAGE = 'npm run kafka -- [--brokers 1|3] [--port 9092] [--data .cache/kafka/data] [--fresh]'

const { brokers, port, data, fresh } = options()
let cluster
let stopping = false
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop)

try {
  if (fresh) await removeKafkaData(data)
  say(`正在启动 Kafka ${KAFKA_VERSION} …`, `Starting Kafka ${KAFKA_VERSION} …`)
  cluster = await startKafkaBroker({
    brokers,
    dataFolder: data,
    ports: Array.from({ length: brokers }, (_, at) => port + at),
    say,
    onEnd: (error) => (brokers === 1 ? failWith(error) : say(error.zh, error.message)),
  })
  console.log(`KAFKA_BROKERS=${cluster.bootstrap}`)
  say(`Kafka 已就绪，数据在 ${data}；按 Ctrl-C 停止`, `Kafka is ready, its data in ${data}; Ctrl-C stops it`)
} catch (error) {
  failWith(error)
}

function options() {
  try {
    const { values } = parseArgs({
      options: {
        brokers: { type: 'string', default: '1' },
        port: { type: 'string', default: '9092' },
        data: { type: 'string', default: join(root, '.cache/kafka/data') },
        fresh: { type: 'boolean', default: false },
      },
    })
    const [count, first] = [Number(values.brokers), Number(values.port)]
    if (count !== 1 && count !== 3) throw new Error('--brokers 1|3')
    if (!Number.isInteger(first) || first < 1 || first + count - 1 > 65_535) throw new Error('--port 1…65535')
    return { brokers: count, port: first, data: values.data, fresh: values.fresh }
  } catch (error) {
    return fail(`参数有误：${error.message}`, `${error.message}\n${USAGE}`)
  }
}

/** What still runs when this process ends is ended by its watchdog: so the second signal, or one at the start, is final. */
async function stop() {
  if (stopping || !cluster) process.exit(1)
  stopping = true
  say('正在停止 Kafka …', 'Stopping Kafka …')
  await cluster.stop()
  process.exit(0)
}

function failWith(error) {
  if (!(error instanceof KafkaError)) throw error
  fail(error.zh, error.message)
}

function say(zh, en) {
  process.stderr.write(`${zh}\n${en}\n`)
}
