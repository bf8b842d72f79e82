import { randomBytes } from 'node:crypto'
import { Client } from 'pg'

/** A database of its own for a spec. */
export interface TestDatabase {
  readonly url: string
  /** Removes the database, ending the connections that are still open. */
  drop(): Promise<void>
}

/**
 * Creates an empty database on the server at TEST_DATABASE_URL (its user must be allowed to), or else on the one that
 * Jest's global set-up starts when the first spec asks.
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = await serverUrl()
  const name = `spec_${randomBytes(6).toString('hex')}`
  await execute(server, `create database ${name}`)
  return {
    url: withDatabase(server, name),
    drop: () => execute(server, `drop database if exists ${name} with (force)`),
  }
}

async function serverUrl(): Promise<string> {
  const { TEST_DATABASE_URL, TEST_DATABASE_STARTER } = process.env
  if (TEST_DATABASE_URL) return TEST_DATABASE_URL
  if (!TEST_DATABASE_STARTER) throw new Error('createTestDatabase() works in Jest only, or with TEST_DATABASE_URL')
  const response = await fetch(TEST_DATABASE_STARTER)
  if (!response.ok) throw new Error(await response.text())
  return response.text()
}

async function execute(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url)
  changed.pathname = `/${name}`
  return changed.href
}
