import { Client } from 'pg'
import { createDataSource, migrate, schemaOf } from '#libs/database'
import { MessagingTables1767225600000, maintainPartitions } from '#libs/messaging'
import { services } from '../../services/index.ts'

/** The tables that get rows for every driver, in the order of the way; {@link refuseGaps} sees that none is left out. */
const WAY: readonly (readonly [service: string, tables: readonly string[]])[] = [
  ['registrations', ['registration', 'consent', 'event_log', 'inbox']],
  [
    'identities',
    ['identity', 'record', 'block_key', 'edge', 'membership_of_record', 'identity_event', 'event_log', 'inbox'],
  ],
  ['federations', ['placement', 'event_log', 'inbox']],
  ['memberships', ['review_case', 'case_registration', 'event_log', 'inbox']],
  ['notifications', ['standing', 'inbox']],
  ['insights', ['registration_holder', 'inbox']],
]

/** Rows per statement and transaction: what the pipeline's own batches come to. */
const BATCH = 500

/**
 * The floor of the pipeline: the rows that it wrote, written again to the same tables of another database by batched
 * SQL from one client, and nothing else: no HTTP, no checks, no encryption, no decisions, no reading.
 *
 * @returns seconds
 */
export async function measureFloor(writtenUrl: string, emptyUrl: string): Promise<number> {
  for (const service of services) {
    const dataSource = createDataSource({
      service: service.name,
      url: emptyUrl,
      poolSize: 2,
      entities: [],
      migrations: [MessagingTables1767225600000, ...Object.values(service.migrations)],
    })
    await dataSource.initialize()
    await migrate(dataSource)
    await maintainPartitions(dataSource, new Date(), null)
    await dataSource.destroy()
  }
  const from = new Client(writtenUrl)
  const to = new Client(emptyUrl)
  await Promise.all([from.connect(), to.connect()])
  await refuseGaps(from)
  await copyReferenced(from, to)
  const batches: { statement: string; rows: string }[] = []
  for (const [service, tables] of WAY) {
    for (const table of tables) {
      const name = `${schemaOf(service)}.${table}`
      const { rows } = await from.query<{ row: string }>(`select row_to_json(t)::text as row from ${name} t`)
      for (let at = 0; at < rows.length; at += BATCH) {
        batches.push({
          statement: `insert into ${name} overriding system value
            select * from json_populate_recordset(null::${name}, $1::json)`,
          rows: `[${rows
            .slice(at, at + BATCH)
            .map(({ row }) => row)
            .join(',')}]`,
        })
      }
    }
  }
  const start = performance.now()
  for (const { statement, rows } of batches) await to.query(statement, [rows])
  const seconds = (performance.now() - start) / 1_000
  await Promise.all([from.end(), to.end()])
  return seconds
}

/** @throws {Error} when a table that is not in {@link WAY} has as many rows as there are registrations */
async function refuseGaps(from: Client): Promise<void> {
  const listed = new Set(WAY.flatMap(([service, tables]) => tables.map((table) => `${schemaOf(service)}.${table}`)))
  const schemas = services.map(({ name }) => schemaOf(name))
  const { rows: tables } = await from.query<{ name: string }>(
    `select relnamespace::regnamespace || '.' || relname as name from pg_class
     where relkind in ('r', 'p') and not relispartition and relnamespace::regnamespace::text = any($1)`,
    [schemas],
  )
  const left = tables.map(({ name }) => name).filter((name) => !listed.has(name))
  const counts = left.map((name) => `select '${name}' as name, count(*) as rows from ${name}`).join(' union all ')
  const { rows: missing } = await from.query<{ name: string }>(
    `select name from (${counts}) as c where rows >= (select count(*) from ${schemaOf('registrations')}.registration)`,
  )
  if (missing.length > 0) throw new Error(`The floor leaves out ${missing.map(({ name }) => name).join(', ')}`)
}

/** What the rows refer to and the pipeline only reads. */
async function copyReferenced(from: Client, to: Client): Promise<void> {
  for (const name of ['federations.federation_tree', 'federations.rule_set']) {
    const { rows } = await from.query<{ rows: string }>(`select json_agg(t)::text as rows from ${name} t`)
    await to.query(`insert into ${name} select * from json_populate_recordset(null::${name}, $1::json)`, [
      rows[0]?.rows,
    ])
  }
}
