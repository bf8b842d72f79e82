import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals'
import type { DataSource } from 'typeorm'
import { createDataSource, migrate, transact } from '#libs/database'
import { createTestDatabase, type TestDatabase } from '#libs/testing'
import { PARTITIONS } from './event-log.ts'
import type { Position } from './logged-event.ts'
import { Fenced, PartitionOwnership } from './partition-ownership.ts'
import { MessagingTables1767225600000 } from './tables.ts'

const LEASE_MS = 60_000

let database: TestDatabase
let dataSource: DataSource
let name: string

beforeAll(async () => {
  database = await createTestDatabase()
  dataSource = await createDataSource({
    service: 'insights',
    url: database.url,
    poolSize: 6,
    entities: [],
    migrations: [MessagingTables1767225600000],
  }).initialize()
  await migrate(dataSource)
})

afterAll(async () => {
  await dataSource.destroy()
  await database.drop()
})

beforeEach(() => {
  name = `insights<${randomUUID()}`
})

async function join(): Promise<PartitionOwnership> {
  const ownership = new PartitionOwnership(dataSource, name, randomUUID(), LEASE_MS)
  await ownership.prepare()
  await ownership.report()
  return ownership
}

function at(partition: number, id: number): Position {
  return { partition, xid: '1000', id: String(id), day: '2026-01-05' }
}

function advance(ownership: PartitionOwnership, positions: Position[]): Promise<void> {
  return transact(dataSource, (tx) => ownership.advance(tx, positions))
}

/** Makes all reports so much older. */
async function passTime(ms: number): Promise<void> {
  await dataSource.query(`update subscriber set seen_at = seen_at - $2 * interval '1 ms' where name = $1`, [name, ms])
}

async function storedId(partition: number): Promise<string> {
  const [row] = await dataSource.query('select id from subscription where name = $1 and partition = $2', [
    name,
    partition,
  ])
  return row.id
}

it('gives a single process everything, and divides evenly as others come and go', async () => {
  const first = await join()
  await first.balance()
  expect(first.owned.size).toBe(PARTITIONS)
  const [second, third] = [await join(), await join()]
  const all = [first, second, third]
  // Claims succeed once the owner has given up.
  for (const each of [...all, ...all]) await each.balance()
  const sizes = all.map(({ owned }) => owned.size).sort()
  expect(sizes).toEqual([5, 5, 6])
  expect(new Set(all.flatMap(({ owned }) => [...owned.keys()])).size).toBe(PARTITIONS)
  await third.leave()
  for (const each of [first, second]) await each.balance()
  for (const each of [first, second]) await each.balance()
  expect([first.owned.size, second.owned.size]).toEqual([8, 8])
})

it('reads a new subscription from the beginning, and hands positions on', async () => {
  const first = await join()
  await first.balance()
  expect(first.owned.get(3)?.position).toEqual({ partition: 3, xid: '0', id: '0', day: '2000-01-01' })
  await advance(first, [at(3, 7)])
  await first.leave()
  const second = await join()
  await second.balance()
  expect(second.owned.get(3)?.position).toEqual(at(3, 7))
})

it('takes over from a process that has gone silent, which can then commit nothing', async () => {
  const silent = await join()
  await silent.balance()
  await advance(silent, [at(0, 5)])
  const other = await join()
  await other.balance()
  expect(other.owned.has(0)).toBe(false)
  await passTime(2 * LEASE_MS)
  await other.report()
  await other.balance()
  expect(other.owned.size).toBe(PARTITIONS)
  await advance(other, [at(0, 9), at(1, 2)])
  const late = transact(dataSource, async (tx) => {
    await tx.query(`insert into inbox values ($1, 'late', '2026-01-05')`, [randomUUID()])
    await silent.advance(tx, [at(0, 6)])
  })
  await expect(late).rejects.toThrow(Fenced)
  await expect(transact(dataSource, (tx) => silent.hold(tx, [0]))).rejects.toThrow(Fenced)
  expect(await storedId(0)).toBe('9')
  expect(await dataSource.query(`select from inbox where consumer = 'late'`)).toEqual([])
  await silent.report()
  expect(silent.owned.size).toBe(0)
})

it('refuses a whole batch when one of its partitions is lost', async () => {
  const owner = await join()
  await owner.balance()
  await advance(owner, [at(0, 1), at(1, 1)])
  await dataSource.query('update subscription set epoch = epoch + 1 where name = $1 and partition = 1', [name])
  await expect(advance(owner, [at(0, 2), at(1, 2)])).rejects.toThrow(Fenced)
  expect(await storedId(0)).toBe('1')
})

it('keeps others from claiming what a transaction holds', async () => {
  const owner = await join()
  await owner.balance()
  const other = await join()
  let claimed: Promise<void> | undefined
  let ended = false
  await transact(dataSource, async (tx) => {
    await owner.hold(tx, [0, 1])
    await passTime(2 * LEASE_MS)
    await other.report()
    claimed = other.balance().then(() => {
      expect(ended).toBe(true)
    })
    await sleep(100)
    ended = true
  })
  await claimed
  expect(other.owned.has(0)).toBe(true)
})

it('keeps what it owns as long as it reports', async () => {
  const owner = await join()
  await owner.balance()
  const other = await join()
  for (let time = 0; time < 3; time++) {
    await passTime(0.7 * LEASE_MS)
    await owner.report()
    await other.report()
    await other.balance()
  }
  expect(other.owned.size).toBe(0)
})

it('claims again what the database says is its own, though it does not know', async () => {
  const owner = await join()
  await owner.balance()
  const epoch = owner.owned.get(4)?.epoch
  // As when the answer to a claim is lost with the connection.
  owner.owned.delete(4)
  await owner.report()
  await owner.balance()
  expect(BigInt(owner.owned.get(4)?.epoch ?? 0)).toBeGreaterThan(BigInt(epoch ?? 0))
})

it('does not forget a partition that is claimed while a report is on its way', async () => {
  const owner = await join()
  await owner.balance()
  for (let time = 0; time < 40; time++) {
    const moving = owner.release().then(() => owner.balance())
    await Promise.all([owner.report(), sleep(2 * Math.random()).then(() => owner.report()), moving])
    expect(owner.owned.size).toBe(PARTITIONS)
  }
})

it('forgets processes that ended long ago', async () => {
  await join()
  await passTime(2 * 86_400_000)
  await join()
  expect(await dataSource.query('select from subscriber where name = $1', [name])).toHaveLength(1)
})
