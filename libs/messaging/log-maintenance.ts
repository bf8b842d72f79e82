import type { DataSource, EntityManager } from 'typeorm'
import { transact } from '#libs/database'
import { INBOX_DAYS, LOG_DAYS } from './tables.ts'

const DAY_MS = 86_400_000

/** Partitions are made this many days ahead, so that a day's first event never waits. */
const DAYS_AHEAD = 2

/** The tables by day, with the days for which they keep rows. */
const KEEP = { event_log: LOG_DAYS, inbox: INBOX_DAYS } as const
type Table = keyof typeof KEEP
const tables = Object.keys(KEEP) as Table[]

/**
 * Makes the daily partitions of event log and inbox for the days to come and drops those that are past keeping;
 * dropping a partition costs nothing, unlike deleting its rows.
 *
 * A day of the log stays, whatever its age, while one of its events is unread. A day that began without a partition
 * (nothing made it in time: the machine slept) stays in the default partition, and is deleted from there.
 *
 * @param oldestUnread time of the oldest event that some subscription of this log has not read; null: all are read
 * @returns the days of the log that should be gone but are still unread, for an alarm
 */
export async function maintainPartitions(
  dataSource: DataSource,
  now: Date,
  oldestUnread: Date | null,
): Promise<string[]> {
  const schema = (dataSource.options as { schema: string }).schema
  return transact(dataSource, async (tx) => {
    await tx.query(`select pg_advisory_xact_lock(hashtextextended($1, 0))`, [`partitions ${schema}`])
    const unread: string[] = []
    const firstUnreadDay = oldestUnread && dayOf(oldestUnread.getTime() - DAY_MS)
    for (const table of tables) {
      const partitioned = await partitionDays(tx, schema, table)
      const left = await daysInDefault(tx, table)
      for (let ahead = 0; ahead <= DAYS_AHEAD; ahead++) {
        const day = dayOf(now.getTime() + ahead * DAY_MS)
        if (!partitioned.includes(day) && !left.includes(day)) await createPartition(tx, table, day)
      }
      for (const day of [...partitioned, ...left]) {
        if ((now.getTime() - Date.parse(day)) / DAY_MS <= KEEP[table]) continue
        if (table === 'event_log' && firstUnreadDay && day >= firstUnreadDay) unread.push(day)
        else if (left.includes(day)) await tx.query(`delete from ${table}_default where day = $1`, [day])
        else await tx.query(`drop table ${nameOf(table, day)}`)
      }
    }
    return unread
  })
}

async function partitionDays(tx: EntityManager, schema: string, table: Table): Promise<string[]> {
  const rows: { day: string }[] = await tx.query(
    `select to_date(right(c.relname, 8), 'YYYYMMDD')::text as day
     from pg_inherits i
     join pg_class c on c.oid = i.inhrelid
     join pg_class p on p.oid = i.inhparent
     where p.relnamespace = $1::regnamespace and p.relname = $2 and c.relname ~ '_\\d{8}$'`,
    [schema, table],
  )
  return rows.map(({ day }) => day)
}

/** Nothing may be added before the missing partitions exist: a day must not be in both. */
async function daysInDefault(tx: EntityManager, table: Table): Promise<string[]> {
  await tx.query(`lock table ${table}_default in share mode`)
  const rows: { day: string }[] = await tx.query(`select distinct day::text as day from ${table}_default`)
  return rows.map(({ day }) => day)
}

async function createPartition(tx: EntityManager, table: Table, day: string): Promise<void> {
  await tx.query(
    `create table ${nameOf(table, day)} partition of ${table}
     for values from ('${day}') to ('${dayOf(Date.parse(day) + DAY_MS)}')`,
  )
}

function nameOf(table: Table, day: string): string {
  return `${table}_${day.replaceAll('-', '')}`
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}
