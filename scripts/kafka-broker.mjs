import { randomBytes, randomInt } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join, resolve } from 'node:path'
import { KafkaError, kafkaLibraries } from './kafka-libraries.mjs'
import { takeLock } from './kafka-lock.mjs'
import { ended, formatNode, joined, startNode } from './kafka-node.mjs'

export { KAFKA_VERSION, KafkaError, KafkaUnavailable } from './kafka-libraries.mjs'

/**
 * Starts Apache Kafka (KRaft) on this machine, as one broker or three, and waits until all have joined the cluster.
 * Topics are not created by themselves. The brokers listen on this machine only, and end with this process in whatever
 * way it ends. A data folder that was used before is used again.
 *
 * @param {object} options
 * @param {1 | 3} options.brokers
 * @param {string} options.dataFolder
 * @param {number[]} [options.ports] one for each broker; free ones are chosen otherwise
 * @param {(zh: string, en: string) => void} [options.say] told what takes long
 * @param {(error: KafkaError) => void} [options.onEnd] told when a broker ends that was not asked to
 * @throws {KafkaUnavailable} when this machine can't run Kafka
 * @throws {KafkaError} when it can but does not
 */
export async function startKafkaBroker({ brokers, dataFolder, ports, say = () => {}, onEnd = () => {} }) {
  const runtime = await kafkaLibraries(say)
  const folder = resolve(dataFolder)
  // A second Kafka would ruin the metadata of the first before it finds Kafka's own lock.
  const release = await takeLock(folder)
  if (!release) throw new KafkaError(`${folder} 正被另一个 Kafka 使用`, `${folder} is in use by another Kafka`)
  try {
    return await startCluster(runtime, { brokers, folder, ports, onEnd, release })
  } catch (error) {
    await release()
    throw error
  }
}

async function startCluster(runtime, { brokers, folder, ports, onEnd, release }) {
  const id = await clusterId(folder, brokers)
  if (ports) await Promise.all(ports.map(mustBeFree))
  const own = await freePorts(ports ? brokers : 2 * brokers)
  const clientPorts = ports ?? own.splice(0, brokers)
  const places = clientPorts.map((port, at) => {
    const home = join(folder, `broker-${at + 1}`)
    return { id: at + 1, port, controllerPort: own[at], home, data: join(home, 'data'), log: join(home, 'output.log') }
  })
  for (const place of places) {
    await mkdir(place.home, { recursive: true })
    await writeFile(join(place.home, 'server.properties'), properties(place, places))
  }
  await Promise.all(places.map((place) => formatNode(runtime, place, id)))

  const nodes = places.map(() => undefined)
  const start = async (at) => {
    const node = await startNode(runtime, places[at], at === 0)
    nodes[at] = node
    node.ended.then(() => {
      if (nodes[at] !== node) return
      nodes[at] = undefined
      if (node.ready && !node.stopping) onEnd(ended(places[at]))
    })
    return node
  }
  const ready = async (at) => {
    const node = nodes[at] ?? (await start(at))
    await joined(node, places[at], () => nodes.filter(Boolean).length)
  }
  const cluster = {
    /** Host and port of every broker. */
    brokers: clientPorts.map((port) => `localhost:${port}`),
    /** The value for KAFKA_BROKERS. */
    bootstrap: clientPorts.map((port) => `localhost:${port}`).join(','),
    /** The process of broker `at`, counted from 0; undefined while it is down. */
    pid: (at) => nodes[at]?.pid,
    /** Ends broker `at` as a crash would. */
    kill: (at) => nodes[at]?.end('SIGKILL'),
    /** Starts broker `at` again after it ended, and waits until it has joined. */
    restart: ready,
    /** Stops all brokers in order. */
    stop: async () => {
      await Promise.all(nodes.map((node) => node?.end('SIGTERM')))
      await release()
    },
  }
  try {
    await Promise.all(places.map((_, at) => start(at)))
    await Promise.all(places.map((_, at) => ready(at)))
  } catch (error) {
    await Promise.all(places.map((_, at) => cluster.kill(at)))
    throw error
  }
  return cluster
}

/** The cluster that a data folder belongs to; a new one when it is empty. */
async function clusterId(folder, brokers) {
  const file = join(folder, 'cluster.json')
  try {
    await mkdir(folder, { recursive: true })
    const text = await readFile(file, 'utf8').catch(() => undefined)
    if (text) {
      const known = JSON.parse(text)
      if (known.brokers === brokers) return known.id
      throw new KafkaError(
        `${folder} 属于有 ${known.brokers} 个节点的 Kafka：请使用其他目录，或清空它（--fresh）`,
        `${folder} belongs to a Kafka of ${known.brokers} broker(s): use another folder, or empty it (--fresh)`,
      )
    }
    const id = randomBytes(16).toString('base64url')
    await writeFile(file, JSON.stringify({ id, brokers }))
    return id
  } catch (error) {
    if (error instanceof KafkaError) throw error
    throw new KafkaError(`无法使用目录 ${folder}：${error.message}`, `${folder} can't be used: ${error.message}`)
  }
}

function properties({ id, port, controllerPort, data }, places) {
  const replicas = places.length
  const inSync = Math.max(1, replicas - 1)
  const lines = {
    'process.roles': 'broker,controller',
    'node.id': id,
    // Fixed voters, unlike a quorum kept in the data, let a data folder be used again on other ports.
    'controller.quorum.voters': places.map((place) => `${place.id}@127.0.0.1:${place.controllerPort}`).join(','),
    'controller.listener.names': 'CONTROLLER',
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://localhost:${port}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': data.replaceAll('\\', '\\\\'),
    'auto.create.topics.enable': false,
    'default.replication.factor': replicas,
    'min.insync.replicas': inSync,
    'offsets.topic.replication.factor': replicas,
    'offsets.topic.num.partitions': 8,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': inSync,
    'transaction.state.log.num.partitions': 8,
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': inSync,
    'group.initial.rebalance.delay.ms': 0,
    // A broker that crashed can't come back before its session has ended.
    'broker.session.timeout.ms': 3_000,
    'broker.heartbeat.interval.ms': 500,
  }
  return Object.entries(lines)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')
}

/** Ports below those that the system gives to outgoing connections, so that none takes them until the broker does. */
async function freePorts(count) {
  const found = new Set()
  while (found.size < count) {
    const port = randomInt(20_000, 30_000)
    if (!(await listenError(port))) found.add(port)
  }
  return [...found]
}

async function mustBeFree(port) {
  const error = await listenError(port)
  if (!error) return
  if (error.code === 'EADDRINUSE') {
    throw new KafkaError(
      `端口 ${port} 已被占用：请用 --port 选择其他端口`,
      `Port ${port} is taken: choose another with --port`,
    )
  }
  throw new KafkaError(`无法使用端口 ${port}：${error.message}`, `Port ${port} can't be used: ${error.message}`)
}

async function listenError(port) {
  const server = createServer()
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening')
  } catch (error) {
    return error
  }
  server.close()
  await once(server, 'close')
}

/** Empties a data folder of what {@link startKafkaBroker} keeps there, and of nothing else. */
export async function removeKafkaData(dataFolder) {
  for (const name of ['cluster.json', 'broker-1', 'broker-2', 'broker-3']) {
    await rm(join(dataFolder, name), { recursive: true, force: true })
  }
}
