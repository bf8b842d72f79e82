import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, expect, it } from '@jest/globals'
import type { DataSource } from 'typeorm'
import { createDataSource, migrate } from '#libs/database'
import { createTestDatabase, type TestDatabase } from '#libs/testing'
import { maintainPartitions } from './log-maintenance.ts'
import { INBOX_DAYS, LOG_DAYS, MessagingTables1767225600000 } from './tables.ts'

const NOW = new Date('2026-03-01T12:00:00Z')

let database: TestDatabase
let dataSource: DataSource

beforeEach(async () => {
  database = await createTestDatabase()
  const migrations = [MessagingTables1767225600000]
  dataSource = createDataSource({ service: 'qr-codes', url: database.url, poolSize: 4, entities: [], migrations })
  await dataSource.initialize()
  await migrate(dataSource)
})

afterEach(async () => {
  await dataSource.destroy()
  await database.drop()
})

function daysAfter(days: number): Date {
  return new Date(NOW.getTime() + days * 86_400_000)
}

async function partitionsOf(table: string): Promise<string[]> {
  const rows: { name: string }[] = await dataSource.query(
    `select inhrelid::regclass::text as name from pg_inherits where inhparent = $1::regclass order by 1`,
    [table],
  )
  return rows.map(({ name }) => name)
}

async function addEvent(day: string): Promise<void> {
  await dataSource.query(
    `insert into event_log (partition, day, key_hash, event_id, type, version, key, time, data)
     values (0, $1::date, 0, $2, 'site.opened', 1, 'a', $1::date, '{}')`,
    [day, randomUUID()],
  )
}

async function daysWithEvents(): Promise<string[]> {
  const rows: { day: string }[] = await dataSource.query('select distinct day::text as day from event_log order by 1')
  return rows.map(({ day }) => day)
}

it('makes the partitions of today and the days to come, once', async () => {
  await maintainPartitions(dataSource, NOW, null)
  await maintainPartitions(dataSource, NOW, null)
  const days = ['20260301', '20260302', '20260303']
  expect(await partitionsOf('event_log')).toEqual([...days.map((day) => `event_log_${day}`), 'event_log_default'])
  expect(await partitionsOf('inbox')).toEqual([...days.map((day) => `inbox_${day}`), 'inbox_default'])
})

it('drops days past keeping, the inbox much later', async () => {
  await maintainPartitions(dataSource, NOW, null)
  await maintainPartitions(dataSource, daysAfter(LOG_DAYS), null)
  expect(await partitionsOf('event_log')).not.toContain('event_log_20260301')
  expect(await partitionsOf('event_log')).toContain('event_log_20260302')
  expect(await partitionsOf('inbox')).toContain('inbox_20260301')
  await maintainPartitions(dataSource, daysAfter(INBOX_DAYS), null)
  expect(await partitionsOf('inbox')).not.toContain('inbox_20260301')
})

it('keeps days that are not read, and names them', async () => {
  await maintainPartitions(dataSource, NOW, null)
  await addEvent('2026-03-02')
  const kept = await maintainPartitions(dataSource, daysAfter(30), new Date('2026-03-02T08:00:00Z'))
  expect(kept.sort()).toEqual(['2026-03-01', '2026-03-02', '2026-03-03'])
  expect(await daysWithEvents()).toEqual(['2026-03-02'])
  expect(await maintainPartitions(dataSource, daysAfter(30), null)).toEqual([])
  expect(await daysWithEvents()).toEqual([])
})

it('lives with a day whose partition was not made in time', async () => {
  await addEvent('2026-03-02')
  await addEvent('2026-03-03')
  await maintainPartitions(dataSource, NOW, null)
  expect(await partitionsOf('event_log')).toEqual(['event_log_20260301', 'event_log_default'])
  await addEvent('2026-03-02')
  await maintainPartitions(dataSource, daysAfter(LOG_DAYS + 1), new Date('2026-03-04T12:00:00Z'))
  expect(await daysWithEvents()).toEqual(['2026-03-03'])
  await maintainPartitions(dataSource, daysAfter(LOG_DAYS + 2), null)
  expect(await daysWithEvents()).toEqual([])
})

it('can be called by several processes at once', async () => {
  await Promise.all([1, 2, 3].map(() => maintainPartitions(dataSource, NOW, null)))
  expect(await partitionsOf('event_log')).toHaveLength(4)
})
