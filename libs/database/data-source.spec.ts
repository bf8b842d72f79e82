import type { Socket } from 'node:net'
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals'
import type { Pool } from 'pg'
import type { DataSource, MigrationInterface, QueryRunner } from 'typeorm'
import { createTestDatabase, type TestDatabase } from '#libs/testing'
import { createDataSource, migrate } from './data-source.ts'

class Codes1767225600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create table code (id int)')
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table code')
  }
}

let database: TestDatabase
const sources: DataSource[] = []

beforeAll(async () => {
  database = await createTestDatabase()
})

afterAll(async () => {
  for (const source of sources) await source.destroy()
  await database.drop()
})

async function open(service: string): Promise<DataSource> {
  const migrations = [Codes1767225600000]
  const source = createDataSource({ service, url: database.url, poolSize: 2, entities: [], migrations })
  sources.push(source)
  return source.initialize()
}

it('migrates a schema once, though processes start together', async () => {
  const processes = await Promise.all([open('qr-codes'), open('qr-codes'), open('qr-codes')])
  await Promise.all(processes.map(migrate))
  expect(await processes[0]?.query('select name from migration')).toEqual([{ name: 'Codes1767225600000' }])
})

it('shows a service its own schema only', async () => {
  const [codes, sites] = [await open('qr-codes'), await open('other-codes')]
  await migrate(codes)
  await migrate(sites)
  await codes.query('insert into code values (1)')
  expect(await sites.query('select * from code')).toEqual([])
  expect(await sites.query('select current_schemas(false)::text as visible')).toEqual([{ visible: '{other_codes}' }])
})

it('bounds what a transaction may take', async () => {
  const source = await open('qr-codes')
  expect(await source.query('show transaction_timeout')).toEqual([{ transaction_timeout: '1min' }])
  expect(await source.query('show idle_in_transaction_session_timeout')).toEqual([
    { idle_in_transaction_session_timeout: '30s' },
  ])
})

it('outlives a connection that breaks in the very moment in which it is handed out', async () => {
  const source = await open('qr-codes')
  const { master } = source.driver as unknown as { master: Pool }
  const failure = await new Promise((resolve) => {
    master.connect((_, client, release) => {
      try {
        client?.emit('error', new Error('terminating connection due to administrator command'))
        resolve(undefined)
      } catch (error) {
        resolve(error)
      }
      release(true)
    })
  })
  expect(failure).toBeUndefined()
  expect(await source.query('select 1 as one')).toEqual([{ one: 1 }])
})

it('sends what is asked within one turn in one write', async () => {
  const source = await open('qr-codes')
  await source.query('select 1')
  const { master } = source.driver as unknown as { master: Pool }
  const client = await master.connect()
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection
  const writes = jest.spyOn(stream, '_writev' as never)
  const rows = await Promise.all([1, 2, 3].map((number) => client.query('select $1::int as number', [number])))
  expect(rows.map(({ rows: [row] }) => row.number)).toEqual([1, 2, 3])
  expect(writes).toHaveBeenCalledTimes(1)
  client.release()
})
