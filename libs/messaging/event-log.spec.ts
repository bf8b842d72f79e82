import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals'
import type { DataSource } from 'typeorm'
import { createDataSource, migrate, TransactionConflict, transact } from '#libs/database'
import { createTestDatabase, type TestDatabase } from '#libs/testing'
import { idsByKey, issued, lifeOf, livesOf, opened, submitted } from './contract-events.ts'
import { EventLog, PARTITIONS } from './event-log.ts'
import { maintainPartitions } from './log-maintenance.ts'
import type { LoggedEvent, Position } from './logged-event.ts'
import { MessagingTables1767225600000 } from './tables.ts'

const WRITERS = 16

let database: TestDatabase
let dataSource: DataSource
let log: EventLog

beforeAll(async () => {
  database = await createTestDatabase()
  dataSource = await createDataSource({
    service: 'qr-codes',
    url: database.url,
    poolSize: WRITERS + 4,
    entities: [],
    migrations: [MessagingTables1767225600000],
  }).initialize()
  await migrate(dataSource)
  await maintainPartitions(dataSource, new Date(), null)
})

afterAll(async () => {
  await dataSource.destroy()
  await database.drop()
})

beforeEach(async () => {
  await dataSource.query('truncate event_log')
  log = new EventLog('qr-codes', dataSource)
})

/** Reads as a subscription does: each look goes on where the last one ended. */
class Reader {
  readonly events: LoggedEvent[] = []
  private readonly positions = new Map<number, Position>(
    Array.from({ length: PARTITIONS }, (_, partition) => [
      partition,
      { partition, xid: '0', id: '0', day: '2000-01-01' },
    ]),
  )

  get reached(): Position[] {
    return [...this.positions.values()]
  }

  async look(limit = 1_000): Promise<number> {
    const found = await log.read(this.reached, limit)
    for (const event of found) this.positions.set(event.position.partition, event.position)
    this.events.push(...found)
    return found.length
  }
}

/** Waits until nothing that was appended is held back; open transactions of any database of the server do that. */
async function nothingHeldBack(): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const [{ held }] = await dataSource.query(
      'select exists (select from event_log where xid >= pg_snapshot_xmin(pg_current_snapshot())) as held',
    )
    if (!held) return
    await sleep(50)
  }
  throw new Error('a transaction of some database stays open')
}

it('hides no event from a reader, in whatever order transactions commit', async () => {
  const reader = new Reader()
  let writing = true
  const reading = (async () => {
    while (writing) await reader.look()
  })()
  const written = await Promise.all(
    Array.from({ length: WRITERS }, async () => {
      const life = lifeOf(randomUUID(), 60)
      for (let at = 0; at < life.length; at += 2) {
        await transact(dataSource, async (tx) => {
          await log.append(tx, life.slice(at, at + 2))
          await sleep(8 * Math.random())
        })
      }
      return life
    }),
  )
  writing = false
  await reading
  await nothingHeldBack()
  await reader.look()
  expect(idsByKey(reader.events)).toEqual(idsByKey(written.flat()))
})

it('runs a transaction again that appends to a key after a later one did', async () => {
  const siteId = randomUUID()
  const [early, late] = [issued(siteId), issued(siteId)]
  const attempts: string[] = []
  await transact(dataSource, async (tx) => {
    const [{ xid }] = await tx.query('select pg_current_xact_id()::text as xid')
    attempts.push(xid)
    // Another writer of the key gets the lock that this one has to wait for.
    if (attempts.length === 1) await transact(dataSource, (other) => log.append(other, [late]))
    await log.append(tx, [early])
  })
  const reader = new Reader()
  await nothingHeldBack()
  await reader.look()
  expect(attempts).toHaveLength(2)
  expect(reader.events.map(({ id }) => id)).toEqual([late.id, early.id])
})

it('says that a transaction is too late for a key, and lets it append to others', async () => {
  const late = issued(randomUUID())
  const appendAfter = (event: typeof late) =>
    transact(dataSource, async (tx) => {
      await tx.query('select pg_current_xact_id()')
      await transact(dataSource, (other) => log.append(other, [late]))
      await log.append(tx, [event])
    })
  await expect(appendAfter(issued(late.key))).rejects.toThrow(TransactionConflict)
  await appendAfter(issued(randomUUID()))
})

it('gives back what was appended, and nothing of a transaction that failed', async () => {
  const event = { ...opened(randomUUID()), trace: 'request-1' }
  await transact(dataSource, (tx) => log.append(tx, [event]))
  const failing = transact(dataSource, async (tx) => {
    await log.append(tx, [opened(randomUUID())])
    throw new Error('changed my mind')
  })
  await expect(failing).rejects.toThrow('changed my mind')
  const reader = new Reader()
  await nothingHeldBack()
  await reader.look()
  expect(reader.events).toEqual([{ ...event, position: expect.anything(), length: JSON.stringify(event.data).length }])
  expect(await reader.look()).toBe(0)
})

it('does not keep all of a large change until its commit, and keeps its order', async () => {
  const siteId = randomUUID()
  const many = Array.from({ length: 2_500 }, () => issued(siteId))
  const large = { ...issued(siteId), data: { token: 'x'.repeat(100_000) } }
  await transact(dataSource, async (tx) => {
    await log.append(tx, many.slice(0, 10))
    await log.append(tx, [...many.slice(10), large])
    const [{ count }] = await tx.query('select count(*)::int as count from event_log')
    expect(count).toBe(2_501)
    await log.append(tx, [opened(siteId)])
  })
  const reader = new Reader()
  await nothingHeldBack()
  await reader.look(5_000)
  expect(reader.events.map(({ id }) => id).slice(0, -1)).toEqual([...many, large].map(({ id }) => id))
  expect(reader.events).toHaveLength(2_502)
  const overtaken = transact(dataSource, async (tx) => {
    await tx.query('select pg_current_xact_id()')
    await transact(dataSource, (other) => log.append(other, [issued(siteId)]))
    await log.append(tx, [large])
  })
  await expect(overtaken).rejects.toThrow(TransactionConflict)
})

it('reads partitions evenly, each in its order', async () => {
  const events = livesOf(30, 10)
  await transact(dataSource, (tx) => log.append(tx, events))
  const reader = new Reader()
  await nothingHeldBack()
  await reader.look(3)
  const perPartition = new Map<number, number>()
  for (const { position } of reader.events) {
    perPartition.set(position.partition, (perPartition.get(position.partition) ?? 0) + 1)
  }
  expect(perPartition.size).toBeGreaterThan(5)
  expect(new Set(perPartition.values())).toEqual(new Set([3]))
  while ((await reader.look(3)) > 0);
  expect(idsByKey(reader.events)).toEqual(idsByKey(events))
})

it('counts what a reader has still to read, running transactions included', async () => {
  const reader = new Reader()
  expect(await log.countAfter(reader.reached, 10)).toEqual({ events: 0, oldest: null })
  const life = lifeOf(randomUUID(), 5)
  for (const event of life) await transact(dataSource, (tx) => log.append(tx, [event]))
  expect(await log.countAfter(reader.reached, 10)).toEqual({ events: 5, oldest: life[0]?.time })
  expect(await log.countAfter(reader.reached, 3)).toMatchObject({ events: 3 })
  await nothingHeldBack()
  await reader.look(2)
  expect(await log.countAfter(reader.reached, 10)).toEqual({ events: 3, oldest: life[2]?.time })
})

it('tells its listeners of appends once they are committed', async () => {
  let told = 0
  const forget = log.onAppend(() => {
    told += 1
  })
  await transact(dataSource, async (tx) => {
    await log.append(tx, [opened(randomUUID())])
    expect(told).toBe(0)
  })
  expect(told).toBe(1)
  forget()
  await transact(dataSource, (tx) => log.append(tx, [opened(randomUUID())]))
  expect(told).toBe(1)
})

it('refuses events of other streams, and data that is too large to send', async () => {
  const stray = submitted()
  const large = { ...issued(randomUUID()), data: { token: 'x'.repeat(600_000) } }
  const append = (event: typeof stray) => transact(dataSource, (tx) => log.append(tx, [event]))
  await expect(append(stray)).rejects.toThrow('belongs to the stream registrations')
  await expect(append(large)).rejects.toThrow('too large')
  await transact(dataSource, (tx) => log.append(tx, []))
  expect(await new Reader().look()).toBe(0)
})
