import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { Pool } from 'undici'
import { startEmbeddedPostgres } from '#libs/database'
import { createTopics } from '#libs/messaging'
import { generateCampaign } from '#libs/testing'
import { type Figure, printFigures } from '../report.ts'
import { measureFloor } from './floor.ts'
import { startProgram } from './programs.ts'

const SEED = 20_260_501
const BATCH = 500
const FEEDERS = 2
const PHONES = 32

interface Feed {
  readonly idempotencyKey: string
  readonly registration: object
}

/**
 * From POST to open review case: a campaign fed in batches, embedded and over Kafka, beside the floor of the same rows
 * written by SQL alone; and the acceptance of single requests beside a bare Fastify with an insert.
 *
 * Arguments: `--drivers N` (7,000), `--kafka host:port,…` (without it that part is left out, and said so).
 */
export async function bench(args: string[]): Promise<void> {
  const drivers = Number(argument(args, '--drivers') ?? 7_000)
  const kafka = argument(args, '--kafka')
  const folder = await mkdtemp(join(tmpdir(), 'ruhui-bench-'))
  const database = await startEmbeddedPostgres({ dataFolder: folder })
  try {
    const feed = registrationsOf(drivers)
    const embedded = await runPipeline(await database.createDatabase('embedded'), feed)
    const floor = await measureFloor(embedded.databaseUrl, await database.createDatabase('floor'))
    const figures: Figure[] = [
      figure('pipeline embedded', drivers / embedded.seconds, 'drivers/s', 'floor: batched SQL', drivers / floor),
      figure('pipeline embedded, whole campaign', embedded.seconds, 's', 'aim', (3.5 * drivers) / 7_000),
      figure('memory of the process', embedded.memoryMb, 'MB', 'aim', 350),
    ]
    if (kafka) {
      const prefix = { brokers: kafka.split(','), prefix: 'ruhui' }
      await createTopics(prefix, { partitions: 4, replicas: 1 })
      const over = await runPipeline(await database.createDatabase('over_kafka'), feed, kafka)
      figures.push(
        figure('pipeline over Kafka', drivers / over.seconds, 'drivers/s', 'floor: batched SQL', drivers / floor),
        figure('pipeline over Kafka, whole campaign', over.seconds, 's', 'aim', (7 * drivers) / 7_000),
      )
    } else {
      console.log(
        '没有 Kafka，略过这一部分 No Kafka: that part is left out (npm run kafka, then --kafka localhost:9092)',
      )
    }
    const bare = await measureBare(await database.createDatabase('bare'), feed)
    const beside = 'bare Fastify + insert'
    const whole = await measureAcceptance(await database.createDatabase('http'), feed)
    figures.push(figure('HTTP acceptance, whole pipeline in the process', whole, 'requests/s', beside, bare))
    if (kafka) {
      const apart = await measureAcceptance(await database.createDatabase('http_apart'), feed, kafka, 'registrations')
      figures.push(figure('HTTP acceptance, registrations apart', apart, 'requests/s', beside, bare))
    }
    printFigures('pipeline', SEED, figures)
  } finally {
    await database.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Feeds everything in batches and waits until the last registration stands in a review case. */
async function runPipeline(databaseUrl: string, feed: readonly Feed[], kafka = '') {
  const program = await startProgram('./system.js', [databaseUrl, kafka])
  const { url, operatorSecret } = JSON.parse(program.firstLine)
  const pool = new Pool(url, { connections: FEEDERS })
  const client = new Client(databaseUrl)
  await client.connect()
  try {
    const session = await post(pool, '/api/sessions', { operatorSecret })
    const { token } = JSON.parse(session.body)
    const batches = Array.from({ length: Math.ceil(feed.length / BATCH) }, (_, at) =>
      feed.slice(at * BATCH, (at + 1) * BATCH),
    )
    const start = performance.now()
    await Promise.all(
      Array.from({ length: FEEDERS }, async () => {
        for (let batch = batches.shift(); batch; batch = batches.shift()) {
          const { status, body } = await post(
            pool,
            '/api/registrations/batches',
            { items: batch },
            { authorization: `Bearer ${token}` },
          )
          const refused = JSON.parse(body).outcomes?.find(({ accepted }: { accepted: unknown }) => !accepted)
          if (status !== 202 || refused)
            throw new Error(`a batch was refused: ${status} ${JSON.stringify(refused ?? body)}`)
        }
      }),
    )
    for (;;) {
      const { rows } = await client.query<{ n: number }>('select count(*)::int as n from memberships.case_registration')
      if (rows[0]!.n === feed.length) break
      await sleep(10)
    }
    return { databaseUrl, seconds: (performance.now() - start) / 1_000, memoryMb: program.memoryMb() ?? Number.NaN }
  } finally {
    await pool.close()
    await client.end()
    await program.stop()
  }
}

/** Single requests from as many phones at once, to the whole system or to one service of it. */
async function measureAcceptance(databaseUrl: string, feed: readonly Feed[], kafka = '', only = ''): Promise<number> {
  const program = await startProgram('./system.js', [databaseUrl, kafka, only])
  return postAll(JSON.parse(program.firstLine).url, feed).finally(() => program.stop())
}

/** The same bodies, by Fastify alone with one insert each. */
async function measureBare(databaseUrl: string, feed: readonly Feed[]): Promise<number> {
  const program = await startProgram('./bare-insert.js', [databaseUrl])
  return postAll(`http://127.0.0.1:${program.firstLine}`, feed).finally(() => program.stop())
}

/** @returns requests per second */
async function postAll(url: string, feed: readonly Feed[]): Promise<number> {
  const pool = new Pool(url, { connections: PHONES, pipelining: 1 })
  const waiting = [...feed]
  const start = performance.now()
  await Promise.all(
    Array.from({ length: PHONES }, async () => {
      for (let next = waiting.pop(); next; next = waiting.pop()) {
        const { status, body } = await post(pool, '/api/registrations', next.registration, {
          'idempotency-key': next.idempotencyKey,
        })
        if (status !== 202) throw new Error(`refused: ${status} ${body}`)
      }
    }),
  )
  const seconds = (performance.now() - start) / 1_000
  await pool.close()
  return feed.length / seconds
}

async function post(pool: Pool, path: string, body: object, headers: Record<string, string> = {}) {
  const response = await pool.request({
    path,
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  return { status: response.statusCode, body: await response.body.text() }
}

function registrationsOf(drivers: number): Feed[] {
  const { records } = generateCampaign({ drivers, duplicates: 0, seed: SEED })
  const consents = { join: true, residentId: true }
  return records.map(({ answers }, at) => ({
    idempotencyKey: `bench-${SEED}-${at}`,
    registration: { ...answers, consents },
  }))
}

function figure(name: string, value: number, unit: string, reference: string, against: number): Figure {
  return { name, value, unit, reference: { name: reference, value: against } }
}

function argument(args: readonly string[], name: string): string | undefined {
  const at = args.indexOf(name)
  return at < 0 ? undefined : args[at + 1]
}
