import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { GroupCommit, runPrepared, startEmbeddedPostgres } from '#libs/database'
import type { RecordContent } from '../../services/identities/records/record-content.ts'
import { type Figure, printFigures } from '../report.ts'
import { generateRegistrations } from './generate-registrations.ts'
import { Resolver } from './resolver.ts'

const SEED = 11
const SMALL = 10_000
const LOAD_BATCH = 500
/** Records measured at each size, in each of the two ways. */
const MEASURED = 10_000
/** Records that arrive at a rate before it is measured: a connection plans each statement anew the first five times it runs. */
const WARM_UP = 2_000
const RATE_PER_SECOND = 1_000
/** Lower rates of arrival, and how many records are measured at each. */
const LOWER_RATES = [500, 250]
const MEASURED_LOWER = 4_000

/** Records that are measured, or warm up, once all are loaded. */
const AFTER_LOADING = 2 * (MEASURED + WARM_UP) + LOWER_RATES.length * MEASURED_LOWER + MEASURED

/** What a database server of this size is given; the embedded default is for a small machine. */
const SERVER = { shared_buffers: '2GB', max_wal_size: '8GB', checkpoint_timeout: '30min' }

type Feed = Iterator<RecordContent>
type Take = (contents: readonly RecordContent[]) => Promise<void>

/**
 * The resolver in real time, durable: records per second when pushed, latency of each record at 1,000 arrivals a second, with
 * 10,000 and then with `--records N` (1,000,000) stored; there also at lower rates, and beside the same arrivals when all that is
 * done with them is one insert a batch.
 */
export async function bench(args: string[]): Promise<void> {
  const at = args.indexOf('--records')
  const records = at < 0 ? 1_000_000 : Number(args[at + 1])
  const folder = await mkdtemp(join(tmpdir(), 'ruhui-bench-'))
  const database = await startEmbeddedPostgres({ dataFolder: folder, settings: SERVER })
  const resolver = await Resolver.open(database.url)
  try {
    const feed = generateRegistrations(resolver.cipher, records + AFTER_LOADING, SEED)
    await load(resolver, feed, SMALL)
    const small = await measure(resolver, feed)
    await load(resolver, feed, records - SMALL - 2 * MEASURED - WARM_UP)
    const large = await measure(resolver, feed)
    const lower: Figure[] = []
    for (const rate of LOWER_RATES) {
      const p99 = share(await arrive(takingOf(resolver), nextOf(feed, MEASURED_LOWER), rate), 0.99)
      lower.push(figure(`p99 at ${rate}/s`, p99, 'ms', 'aim at 1,000/s', 25))
    }
    const bare = await bareInserts(resolver)
    await arrive(bare, nextOf(feed, WARM_UP), RATE_PER_SECOND)
    const floor = await arrive(bare, nextOf(feed, MEASURED), RATE_PER_SECOND)
    const size = `${records.toLocaleString('en')} stored`
    printFigures('realtime', SEED, [
      figure(`pushed, ${SMALL.toLocaleString('en')} stored`, small.perSecond, 'records/s', 'aim at least', 1_000),
      figure(`pushed, ${size}`, large.perSecond, 'records/s', 'aim at least', 1_000),
      figure('cost per record, against 10,000 stored', small.perSecond / large.perSecond, '', 'aim at most', 1.5),
      figure(`median at 1,000/s, ${size}`, large.median, 'ms', 'with 10,000', small.median),
      figure(`p99 at 1,000/s, ${size}`, large.p99, 'ms', 'aim at most', 25),
      ...lower,
      figure(`p99 at 1,000/s, ${size}`, large.p99, 'ms', 'floor: one bare insert a batch', share(floor, 0.99)),
    ])
  } finally {
    await resolver.dataSource.destroy()
    await database.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

async function load(resolver: Resolver, feed: Feed, count: number): Promise<void> {
  const started = performance.now()
  for (let done = 0; done < count; done += LOAD_BATCH) {
    await resolver.take(nextOf(feed, Math.min(LOAD_BATCH, count - done)))
    if (done % 50_000 === 0 && done > 0) {
      console.error(`${done} of ${count}, ${Math.round((1000 * done) / (performance.now() - started))}/s`)
    }
  }
  await resolver.dataSource.query('vacuum analyze')
}

async function measure(resolver: Resolver, feed: Feed) {
  const pushed = nextOf(feed, MEASURED)
  const started = performance.now()
  for (let done = 0; done < pushed.length; done += 100) await resolver.take(pushed.slice(done, done + 100))
  const perSecond = (1000 * pushed.length) / (performance.now() - started)
  await arrive(takingOf(resolver), nextOf(feed, WARM_UP), RATE_PER_SECOND)
  const latencies = await arrive(takingOf(resolver), nextOf(feed, MEASURED), RATE_PER_SECOND)
  return { perSecond, median: share(latencies, 0.5), p99: share(latencies, 0.99) }
}

function takingOf(resolver: Resolver): Take {
  return (contents) => resolver.take(contents)
}

/** Writes records down and no more: what a round trip, a row and a durable commit cost at least. */
async function bareInserts({ dataSource }: Resolver): Promise<Take> {
  await dataSource.query('create table bare_record (id uuid primary key, content json not null)')
  const text = 'insert into bare_record select * from unnest($1::uuid[], $2::json[])'
  return async (contents) => {
    const values = [contents.map(({ id }) => id), contents.map((content) => JSON.stringify(content))]
    await runPrepared(dataSource, { name: 'bare insert', text }, values)
  }
}

/** Lets records arrive at a steady rate, whether the earlier ones are done or not; latencies in ms, sorted. */
async function arrive(take: Take, contents: readonly RecordContent[], perSecond: number): Promise<number[]> {
  const group = new GroupCommit<RecordContent, void>(
    async (items) => {
      await take(items)
      return items.map(() => undefined)
    },
    { size: 100, concurrent: 2 },
  )
  const started = performance.now()
  const pending: Promise<number>[] = []
  for (let next = 0; next < contents.length; ) {
    const due = Math.floor(((performance.now() - started) * perSecond) / 1000)
    for (; next < Math.min(due, contents.length); next++) {
      const arrived = started + (1000 * next) / perSecond
      pending.push(group.submit(contents[next]!).then(() => performance.now() - arrived))
    }
    await sleep(1)
  }
  return (await Promise.all(pending)).sort((a, b) => a - b)
}

function share(sorted: readonly number[], part: number): number {
  return sorted[Math.floor(part * sorted.length)]!
}

function nextOf(feed: Feed, count: number): RecordContent[] {
  return Array.from({ length: count }, () => feed.next().value)
}

function figure(name: string, value: number, unit: string, against: string, reference: number): Figure {
  return { name, value, unit, reference: { name: against, value: reference } }
}
