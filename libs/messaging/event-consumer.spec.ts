import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals'
import type { DataSource, EntityManager } from 'typeorm'
import { codeIssued, type DomainEvent } from '#libs/contracts'
import { migrate } from '#libs/database'
import { createTestDatabase, type TestDatabase } from '#libs/testing'
import { contractDataSource } from './contract-consumer.ts'
import { issued, opened } from './contract-events.ts'
import { until } from './contract-world.ts'
import { type Claim, EventConsumer, Stopped } from './event-consumer.ts'
import type { EventHandlers } from './event-context.ts'
import { Fenced } from './partition-ownership.ts'

let database: TestDatabase
let dataSource: DataSource
let told: { handled: number; parked: string[]; retrying: unknown[] }

const free: Claim = { settle: async () => {}, hold: async () => {} }

beforeAll(async () => {
  database = await createTestDatabase()
  dataSource = await contractDataSource('insights', database.url).initialize()
  await migrate(dataSource)
})

afterAll(async () => {
  await dataSource.destroy()
  await database.drop()
})

beforeEach(async () => {
  told = { handled: 0, parked: [], retrying: [] }
  await dataSource.query('truncate effect, inbox, parked_event')
})

/** A consumer that writes an effect for each event; `after` runs in the transaction. */
function consumer(after: (events: DomainEvent[], tx: EntityManager) => Promise<void> | void = () => {}): EventConsumer {
  const handlers: EventHandlers = new Map([
    [
      codeIssued.type as string,
      {
        reads: codeIssued.data,
        batch: true,
        call: async (payload, { tx }) => {
          const events = payload as DomainEvent[]
          for (const { id, key } of events) await tx.query('insert into effect (id, key) values ($1, $2)', [id, key])
          await after(events, tx)
        },
      },
    ],
  ])
  return new EventConsumer('insights', dataSource, handlers, {
    handled: (_, events) => {
      told.handled += events
    },
    parked: (_, { id }) => told.parked.push(id),
    retrying: (_, error) => told.retrying.push(error),
  })
}

async function effects(): Promise<string[]> {
  const rows: { id: string }[] = await dataSource.query('select id from effect order by seq')
  return rows.map(({ id }) => id)
}

it('has one effect of an event that stands in a batch twice', async () => {
  const [first, second] = [issued(randomUUID()), issued(randomUUID())]
  await consumer().deliver([first, second, first], free)
  await consumer().deliver([second], free)
  expect(await effects()).toEqual([first.id, second.id])
  expect(told).toEqual({ handled: 2, parked: [], retrying: [] })
})

it('passes over events that nobody handles', async () => {
  await consumer().deliver([opened(randomUUID())], free)
  expect(told).toEqual({ handled: 0, parked: [], retrying: [] })
  expect(await dataSource.query('select from inbox')).toEqual([])
})

it('has one effect of an event that two instances handle at the same time', async () => {
  const events = [issued(randomUUID()), issued(randomUUID())]
  let waiting = 0
  let together = () => {}
  const both = new Promise<void>((resolve) => {
    together = resolve
  })
  const meet = () => {
    waiting += 1
    if (waiting === 2) together()
    return both
  }
  await Promise.all([consumer(meet).deliver(events, free), consumer(meet).deliver(events, free)])
  expect(await effects()).toEqual(events.map(({ id }) => id))
  expect(told.parked).toEqual([])
})

it('keeps nothing of a batch whose claim is lost, and does not try again', async () => {
  let calls = 0
  const lost: Claim = { ...free, settle: () => Promise.reject(new Fenced('lost')) }
  const counting = consumer(() => {
    calls += 1
  })
  await expect(counting.deliver([issued(randomUUID())], lost)).rejects.toThrow(Fenced)
  expect(calls).toBe(1)
  expect(await effects()).toEqual([])
  expect(await dataSource.query('select from inbox')).toEqual([])
})

it('neither handles the rest of a failing batch nor parks without the claim', async () => {
  const poison = issued(randomUUID())
  const lost: Claim = { ...free, hold: () => Promise.reject(new Fenced('lost')) }
  const failing = consumer((events) => {
    if (events.some(({ id }) => id === poison.id)) throw new Error('poison')
  })
  await expect(failing.deliver([issued(randomUUID()), poison], lost)).rejects.toThrow(Fenced)
  await expect(failing.deliver([poison], lost)).rejects.toThrow(Fenced)
  expect(await effects()).toEqual([])
  expect(await failing.parked.count(dataSource.manager)).toBe(0)
})

it('settles once, with everything of a batch handled or parked', async () => {
  const events = [issued(randomUUID()), issued(randomUUID()), issued(randomUUID())]
  const settled: number[] = []
  const settle = async (tx: EntityManager) => {
    const [{ count }] = await tx.query(
      `select (select count(*) from effect) + (select count(*) from parked_event) as count`,
    )
    settled.push(Number(count))
  }
  const failing = consumer((batch) => {
    if (batch.some(({ id }) => id === events[1]?.id)) throw new Error('poison')
  })
  await failing.deliver(events, { ...free, settle })
  expect(settled).toEqual([3])
  expect(told).toMatchObject({ handled: 2, parked: [events[1]?.id] })
})

it('gives up between two tries when it is stopped', async () => {
  const stopping = new AbortController()
  const failing = consumer(() => {
    stopping.abort()
    throw new Error('for a while')
  })
  await expect(failing.deliver([issued(randomUUID())], free, stopping.signal)).rejects.toThrow(Stopped)
  expect(await effects()).toEqual([])
  expect(await failing.parked.count(dataSource.manager)).toBe(0)
})

it('does not park what another instance has handled meanwhile', async () => {
  const event = issued(randomUUID())
  let tries = 0
  const unlucky = consumer(async () => {
    tries += 1
    if (tries === 3) await consumer().deliver([event], free)
    throw new Error('bad luck')
  })
  await unlucky.deliver([event], free)
  expect(await effects()).toEqual([event.id])
  expect(await unlucky.parked.count(dataSource.manager)).toBe(0)
  expect(told.parked).toEqual([])
})

it('parks an event once, however often it is delivered, and never handles it again after its replay', async () => {
  const event = issued(randomUUID())
  let poisonous = true
  const failing = consumer(() => {
    if (poisonous) throw new Error('poison')
  })
  await failing.deliver([event], free)
  await failing.deliver([event, event], free)
  expect(await failing.parked.count(dataSource.manager)).toBe(1)
  poisonous = false
  expect(await failing.replay()).toEqual({ replayed: 1, stillParked: 0 })
  await failing.deliver([event], free)
  expect(await effects()).toEqual([event.id])
})

it('keeps the order of a key while its parked events are being replayed', async () => {
  const key = randomUUID()
  const [first, second] = [issued(key), issued(key)]
  let poisonous = true
  let release = () => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  let replaying = false
  const slow = consumer(async () => {
    if (poisonous) throw new Error('poison')
    replaying = true
    await released
  })
  await slow.deliver([first], free)
  poisonous = false
  const replayed = slow.replay()
  await until(() => replaying)
  const delivered = consumer().deliver([second], free)
  await until(async () => {
    const [{ count }] = await dataSource.query(
      `select count(*)::int as count from pg_locks where not granted and pid in (select pid from pg_stat_activity where datname = current_database())`,
    )
    return count > 0
  })
  release()
  await Promise.all([replayed, delivered])
  expect(await effects()).toEqual([first.id, second.id])
  expect(await slow.parked.count(dataSource.manager)).toBe(0)
})

it('does not take the effect of a handler that swallowed an error of the database', async () => {
  const event = issued(randomUUID())
  const swallowing = consumer(async (_, tx) => {
    await tx.query('select from nowhere').catch(() => {})
  })
  await swallowing.deliver([event], free)
  expect(await effects()).toEqual([])
  expect(told.parked).toEqual([event.id])
})
