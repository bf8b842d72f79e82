import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { Client } from 'pg'
import type { DataSource } from 'typeorm'
import { createTestDatabase, type TestDatabase } from '#libs/testing'
import { copyInto } from './copy-into.ts'
import { createDataSource, migrate } from './data-source.ts'
import { isDatabaseOutage } from './database-errors.ts'
import { runPrepared, runTogether } from './prepared.ts'
import { transact } from './transaction.ts'

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

describe('statements that are sent together', () => {
  const add = (value: number | string) => ({ ...ADD, values: [value] })
  const count = { name: 'count numbers', text: 'select count(*)::int as count from number', values: [] }

  beforeEach(() => dataSource.query('truncate number'))

  it('run one after the other, each seeing what the earlier ones wrote', async () => {
    const together = [count, add(1), count, add(2), count] as const
    const rows = [[{ count: 0 }], [{ value: 1 }], [{ count: 1 }], [{ value: 2 }], [{ count: 2 }]]
    expect(await runTogether(dataSource, together)).toEqual(rows)
    await dataSource.query('truncate number')
    expect(await transact(dataSource, (tx) => runTogether(tx, together))).toEqual(rows)
  })

  it('fail with what the first one failed with, and leave nothing of their transaction', async () => {
    const failing = transact(dataSource, (tx) => runTogether(tx, [add(1), add('many'), add(3), count]))
    await expect(failing).rejects.toMatchObject({ code: '22P02' })
    expect(await numbers()).toEqual([])
  })

  it('each commit by themselves outside of a transaction', async () => {
    await expect(runTogether(dataSource, [add(1), add('many'), add(3)])).rejects.toMatchObject({ code: '22P02' })
    expect(await numbers()).toEqual([1, 3])
  })

  it('fail all with the outage when their connection breaks', async () => {
    const stop = { name: 'end own session', text: 'select pg_terminate_backend(pg_backend_pid())', values: [] }
    const broken = transact(dataSource, (tx) => runTogether(tx, [add(1), stop, add(2)]))
    expect(isDatabaseOutage(await broken.catch((error: unknown) => error))).toBe(true)
    expect(await numbers()).toEqual([])
  })

  it('go before and after a COPY, which goes alone', async () => {
    await transact(dataSource, async (tx) => {
      await runTogether(tx, [add(1), add(2)])
      await copyInto(tx.queryRunner!, 'copy number (value) from stdin', ['3\n4\n', '5\n'])
      await runTogether(tx, [add(6), add(7)])
    })
    expect(await numbers()).toEqual([1, 2, 3, 4, 5, 6, 7])
    const bad = transact(dataSource, async (tx) => {
      await copyInto(tx.queryRunner!, 'copy number (value) from stdin', ['8\n', 'nine\n'])
    })
    await expect(bad).rejects.toMatchObject({ code: '22P02' })
    const none = transact(dataSource, async (tx) => {
      await copyInto(tx.queryRunner!, 'copy number (value) from stdin', {
        [Symbol.iterator]: () => ({
          next: () => {
            throw new Error('no rows')
          },
        }),
      })
    })
    await expect(none).rejects.toThrow('no rows')
    expect((await runTogether(dataSource, [add(8), count]))[1]).toEqual([{ count: 8 }])
  })
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
