import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { Client } from 'pg'
import type { DataSource } from 'typeorm'
import { createTestDatabase, type TestDatabase } from '#libs/testing'
import { createDataSource, migrate } from './data-source.ts'
import { runPrepared } from './prepared.ts'
import { isDatabaseOutage, transact } from './transaction.ts'

const ADD = { name: 'add number', text: 'insert into number (value) values ($1) returning value' }

let database: TestDatabase
let dataSource: DataSource

beforeAll(async () => {
  database = await createTestDatabase()
  dataSource = createDataSource({ service: 'qr-codes', url: database.url, poolSize: 2, entities: [], migrations: [] })
  await dataSource.initialize()
  await migrate(dataSource)
  await dataSource.query('create table number (value int not null)')
})

afterAll(async () => {
  await dataSource.destroy()
  await database.drop()
})

const numbers = async () =>
  (await dataSource.query('select value from number order by value')).map((row: { value: number }) => row.value)

it('runs in the transaction that it is given, or on its own, and is prepared once per connection', async () => {
  await dataSource.query('truncate number')
  expect(await runPrepared(dataSource, ADD, [1])).toEqual([{ value: 1 }])
  const undone = transact(dataSource, async (tx) => {
    await runPrepared(tx, ADD, [2])
    throw new Error('undone')
  })
  await expect(undone).rejects.toThrow('undone')
  await transact(dataSource, async (tx) => {
    await runPrepared(tx, ADD, [3])
    await runPrepared(tx, ADD, [4])
    const prepared = await tx.query('select count(*)::int as count from pg_prepared_statements where name = $1', [
      ADD.name,
    ])
    expect(prepared).toEqual([{ count: 1 }])
  })
  expect(await numbers()).toEqual([1, 3, 4])
})

it('never goes on outside of a transaction whose connection broke', async () => {
  await dataSource.query('truncate number')
  const broken = transact(dataSource, async (tx) => {
    const [{ pid }] = await tx.query('select pg_backend_pid() as pid')
    await runPrepared(tx, ADD, [5])
    const client = new Client({ connectionString: database.url })
    await client.connect()
    await client.query('select pg_terminate_backend($1, 5000)', [pid])
    await client.end()
    await runPrepared(tx, ADD, [6]).catch(() => {})
    await runPrepared(tx, ADD, [7])
  })
  expect(isDatabaseOutage(await broken.catch((error: unknown) => error))).toBe(true)
  expect(await numbers()).toEqual([])
})
