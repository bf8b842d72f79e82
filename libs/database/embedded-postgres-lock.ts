import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { codeOf } from './data-folder.ts'
import { type Cluster, DATABASE_USER } from './embedded-postgres-cluster.ts'

/** Held by every live instance on its server for as long as it lives; the number has no meaning. */
const INSTANCE_LOCK = 8_117_453_209

/** The connection that holds the lock; 'taken' when another holds it; undefined when the server can't be reached. */
export async function takeInstanceLock(url: string): Promise<Client | 'taken' | undefined> {
  const client = new Client({ connectionString: url, application_name: 'ruhui instance', keepAlive: true })
  // The end of the connection is what counts, and it is reported as 'end' too.
  client.on('error', () => {})
  try {
    await client.connect()
    // A killed instance's session may outlive it by a moment.
    for (let attempt = 0; attempt < 10; attempt++) {
      const { rows } = await client.query('select pg_try_advisory_lock($1) as locked', [INSTANCE_LOCK])
      if (rows[0].locked) return client
      await sleep(100)
    }
    await client.end()
    return 'taken'
  } catch (error) {
    await client.end().catch(() => {})
    const code = codeOf(error)
    // Every connection is in use: by someone who lives.
    if (code === '53300') return 'taken'
    if (code === undefined || /^(E[A-Z]+|57P0[0-9])$/.test(code)) return undefined
    throw error
  }
}

/** The URL of a database of the cluster, for pg and TypeORM. */
export function urlOf({ password }: Cluster, socketFolder: string, port: number, database: string): string {
  const host = socketFolder ? encodeURIComponent(socketFolder) : '127.0.0.1'
  return `postgres://${DATABASE_USER}:${password}@${host}:${port}/${encodeURIComponent(database)}`
}
