import { afterAll, expect, it } from '@jest/globals'
import { Client } from 'pg'
import { DataSource } from 'typeorm'
import { createTestDatabase } from './postgres.ts'

const database = await createTestDatabase()
afterAll(() => database.drop())

it('gives every spec a database of its own', async () => {
  const other = await createTestDatabase()
  const [here, there] = [await connect(database.url), await connect(other.url)]
  await here.query('create table driver (name text)')
  const { rows } = await there.query(`select to_regclass('driver') as found`)
  expect(rows).toEqual([{ found: null }])
  await here.end()
  await there.end()
  await other.drop()
})

it('drops a database that is still in use', async () => {
  const other = await createTestDatabase()
  const client = await connect(other.url)
  client.on('error', () => {})
  await other.drop()
  await expect(connect(other.url)).rejects.toThrow('does not exist')
})

it('is reachable for TypeORM by the same URL', async () => {
  const source = await new DataSource({ type: 'postgres', url: database.url }).initialize()
  expect(await source.query('select current_database() as name')).toEqual([
    { name: new URL(database.url).pathname.slice(1) },
  ])
  await source.destroy()
})

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url })
  await client.connect()
  return client
}
