import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { open, readFile, rename } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { KafkaError, run } from './kafka-libraries.mjs'

const START_BOUND_MS = 60_000
const STOP_BOUND_MS = 20_000

const JVM = ['-Xms128m', '-Xmx384m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Dlog4j2.level=WARN']

/** Prepares the data folder of a broker that has none yet. */
export async function formatNode({ java, libraries }, { home, data }, clusterId) {
  if (existsSync(join(data, 'meta.properties'))) return
  const { code, output } = await run(java, [
    ...[...JVM, '-cp', join(libraries, '*'), 'kafka.tools.StorageTool'],
    // An id may begin with a dash.
    ...['format', `--cluster-id=${clusterId}`, '--config', join(home, 'server.properties')],
  ])
  if (code === 0) return
  const reason = output.trim().split('\n').slice(-3).join('\n')
  throw new KafkaError(`无法初始化 ${data}：\n${reason}`, `${data} can't be formatted:\n${reason}`)
}

/** Starts the process of a broker. The first one leaves an archive of classes at its stop, for quicker starts. */
export async function startNode({ java, libraries, archive }, { home, log }, mayArchive) {
  const output = await open(log, 'a')
  const written = `${archive}.${process.pid}`
  const archiving = mayArchive && !existsSync(archive)
  const sharing = archiving ? [`-XX:ArchiveClassesAtExit=${written}`] : [`-XX:SharedArchiveFile=${archive}`]
  const child = spawn(
    java,
    [...JVM, ...sharing, '-Xlog:cds=off', '-cp', join(libraries, '*'), 'kafka.Kafka', join(home, 'server.properties')],
    // Detached, as its watchdog: Ctrl-C reaches this process alone, which then stops the broker in order.
    { cwd: home, detached: true, stdio: ['ignore', output.fd, output.fd] },
  )
  await once(child, 'spawn')
  await output.close()
  // The shell's standard input ends with this process, however that ends.
  const watchdog = spawn('sh', ['-c', 'read -r _; kill -9 "$0"', String(child.pid)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  const node = {
    pid: child.pid,
    ready: false,
    stopping: false,
    ended: once(child, 'exit').then(async () => {
      watchdog.kill('SIGKILL')
      watchdog.stdin.destroy()
      if (archiving) await rename(written, archive).catch(() => {})
    }),
    async end(signal) {
      node.stopping = true
      child.kill(signal)
      const late = setTimeout(() => child.kill('SIGKILL'), STOP_BOUND_MS)
      await node.ended
      clearTimeout(late)
    },
  }
  return node
}

/** Waits until a broker knows of as many brokers as run. */
export async function joined(node, place, running) {
  let gone = false
  node.ended.then(() => {
    gone = true
  })
  const end = performance.now() + START_BOUND_MS
  while ((await brokersKnownTo(place.port)) < running()) {
    if (gone) throw await failure(place)
    if (performance.now() > end) {
      throw new KafkaError(`Kafka 没有在限定时间内就绪，见 ${place.log}`, `Kafka does not get ready; see ${place.log}`)
    }
    await sleep(50)
  }
  node.ready = true
}

/** What to tell when a broker has ended that was not asked to. */
export function ended({ log }) {
  return new KafkaError(`Kafka 意外退出，见 ${log}`, `A Kafka broker has ended by itself; see ${log}`)
}

async function failure({ log }) {
  const output = await readFile(log, 'utf8')
  const lines = output.split('\n').filter((line) => /ERROR|FATAL|Exception|Error/.test(line) && !/^\s+at /.test(line))
  const reason = lines.slice(-4).join('\n')
  return new KafkaError(`Kafka 无法启动（${log}）：\n${reason}`, `Kafka does not start (${log}):\n${reason}`)
}

/** How many brokers the one at a port would name to a client (Metadata, version 6); 0 when it does not answer. */
function brokersKnownTo(port) {
  const request = Buffer.from('00000013' + '0003' + '0006' + '00000000' + 'ffff' + '00000000' + '00', 'hex')
  request.writeInt32BE(request.length - 4)
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(request))
    const answer = []
    socket.setTimeout(1_000, () => socket.destroy())
    socket.on('error', () => {})
    socket.on('close', () => resolve(0))
    socket.on('data', (part) => {
      answer.push(part)
      const bytes = Buffer.concat(answer)
      // Size, correlation id, throttle time, then the number of brokers.
      if (bytes.length < 16) return
      resolve(bytes.readInt32BE(12))
      socket.destroy()
    })
  })
}
