/**
 * A consumer, or a publisher, in a process of its own: it stops at one point of its work, says so on standard output,
 * and waits there to be killed or to be told to go on.
 */
import { writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { Client } from 'pg'
import type { Stream } from '#libs/contracts'
import { type Behaviour, contractDataSource, startNest } from './contract-consumer.ts'
import type { ConsumerObserver } from './event-consumer.ts'
import { EventLog } from './event-log.ts'
import type { KafkaOptions } from './kafka/kafka-client.ts'
import { KafkaTransport } from './kafka/kafka-transport.ts'
import type { SubscriptionTiming } from './log-subscription.ts'
import { LogTransport } from './log-transport.ts'

/** Where the worker stops: before effects are written, before or after their commit, or before a position is stored. */
export type Failpoint = 'effects-due' | 'effects-written' | 'effects-committed' | 'events-sent'

export interface WorkerTask {
  readonly service: string
  readonly failpoint: Failpoint
  /** Passes the point so many times before it stops there. */
  readonly passes: number
  /** The streams whose logs the service reads. */
  readonly streams: readonly Stream[]
  readonly url: string
  readonly kafka: KafkaOptions | undefined
  readonly timing: SubscriptionTiming
}

const task: WorkerTask = JSON.parse(process.argv[2] ?? '')
const wokenUp = new Promise<void>((resolve) => createInterface(process.stdin).once('line', () => resolve()))
let passed = 0

const dataSource = await contractDataSource(task.service, task.url).initialize()
const logs = new Map<Stream, EventLog>()
for (const stream of task.streams) {
  logs.set(stream, new EventLog(stream, await contractDataSource(stream, task.url).initialize()))
}
const observer: ConsumerObserver = {
  // The transport does not wait for an observer: the whole process has to stop here.
  handled: (_, events) =>
    events > 0 && reached('effects-committed') && Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0),
  parked: () => {},
  retrying: () => {},
}
const behaviour: Behaviour = {
  before: async () => {
    if (reached('effects-due')) await wokenUp
  },
  after: async () => {
    if (reached('effects-written')) await wokenUp
  },
}
if (task.failpoint === 'events-sent') stopBeforePosition()
const log = logs.get(task.service as Stream)
const transport = task.kafka
  ? new KafkaTransport(task.service, dataSource, observer, log, task.kafka, task.timing)
  : new LogTransport(task.service, dataSource, observer, logs, task.timing)
if (log) await new Promise<void>((resolve) => transport.listen(() => resolve()))
else await startNest(transport, behaviour)
say('ready')

function reached(point: Failpoint): boolean {
  if (task.failpoint !== point) return false
  passed += 1
  if (passed !== task.passes + 1) return false
  say(point)
  return true
}

function say(line: string): void {
  writeSync(1, `${line}\n`)
}

/** Makes the first statement that moves a position wait, with the commit that is sent behind it. */
function stopBeforePosition(): void {
  const { query } = Client.prototype
  const stopped = new WeakMap<Client, Promise<unknown>>()
  Client.prototype.query = function (this: Client, statement: { name?: string }, ...rest: unknown[]) {
    const send = () => Reflect.apply(query, this, [statement, ...rest])
    if (statement.name === 'advance positions' && reached('events-sent')) stopped.set(this, wokenUp)
    return stopped.get(this)?.then(send) ?? send()
  } as typeof query
}
