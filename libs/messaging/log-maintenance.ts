import type { DataSource } from 'typeorm'
import { INBOX_DAYS, LOG_DAYS } from './tables.ts'

const DAY_MS = 86_400_000

/** Partitions are made this many days ahead, so that a day's first event never waits. */
const DAYS_AHEAD = 2

/**
 * Makes the daily partitions of event log and inbox for the days to come and drops those that are past keeping;
 * dropping a partition costs nothing, unlike deleting its rows.
 *
 * A day of the log stays, whatever its age, while one of its events is unread.
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
  return dataSource.transaction(async (tx) => {
    await tx.query(`select pg_advisory_xact_lock(hashtextextended($1, 0))`, [`partitions ${schema}`])
    const rows: { table: string; day: string }[] = await tx.query(
      `select p.relname as table, to_date(right(c.relname, 8), 'YYYYMMDD')::text as day
       from pg_inherits i
       join pg_class c on c.oid = i.inhrelid
       join pg_class p on p.oid = i.inhparent
       where p.relnamespace = $1::regnamespace and p.relname in ('event_log', 'inbox') and c.relname ~ '_\\d{8}$'`,
      [schema],
    )
    const existing = new Set(rows.map((row) => `${row.table} ${row.day}`))
    for (const table of ['event_log', 'inbox']) {
      for (let ahead = 0; ahead <= DAYS_AHEAD; ahead++) {
        const day = dayOf(now.getTime() + ahead * DAY_MS)
        if (existing.has(`${table} ${day}`)) continue
        await tx.query(
          `create table ${table}_${day.replaceAll('-', '')} partition of ${table}
           for values from ('${day}') to ('${dayOf(Date.parse(day) + DAY_MS)}')`,
        )
      }
    }
    const unread: string[] = []
    const firstUnreadDay = oldestUnread && dayOf(oldestUnread.getTime() - DAY_MS)
    for (const { table, day } of rows) {
      const age = (now.getTime() - Date.parse(day)) / DAY_MS
      if (age <= (table === 'inbox' ? INBOX_DAYS : LOG_DAYS)) continue
      if (table === 'event_log' && firstUnreadDay && day >= firstUnreadDay) unread.push(day)
      else await tx.query(`drop table ${table}_${day.replaceAll('-', '')}`)
    }
    return unread
  })
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}
