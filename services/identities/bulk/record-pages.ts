import type { DataSource, EntityManager } from 'typeorm'
import type { RecordContent } from '../records/record-content.ts'
import { contentOf } from '../records/record-store.ts'

/** A record with what is stored of its keys. */
export interface StoredRecord {
  readonly content: RecordContent
  /** Decimal texts, sorted and joined by spaces. */
  readonly keys: string
  readonly exclusive: string | null
}

const PAGE = 5_000

interface Row {
  readonly id: string
  readonly kind: string
  readonly version: number
  readonly content: never
  readonly keys: string
  readonly exclusive: string | null
}

/** All records in the order of their ids, page by page; no transaction stays open meanwhile. */
export async function* recordPages(dataSource: DataSource): AsyncGenerator<StoredRecord[]> {
  let after = '00000000-0000-0000-0000-000000000000'
  for (;;) {
    const rows: Row[] = await dataSource.query(`${SELECT} where id > $1 order by id limit ${PAGE}`, [after])
    if (rows.length > 0) yield rows.map(storedOf)
    if (rows.length < PAGE) return
    after = rows.at(-1)!.id
  }
}

/** Records by id. */
export async function storedRecords(
  source: EntityManager | DataSource,
  ids: readonly string[],
): Promise<StoredRecord[]> {
  if (ids.length === 0) return []
  const rows: Row[] = await source.query(`${SELECT} where id = any($1::uuid[])`, [ids])
  return rows.map(storedOf)
}

const SELECT = `select id, kind, version, content,
  (select coalesce(string_agg(key::text, ' ' order by key::text collate "C"), '') from unnest(keys) as key) as keys,
  encode(exclusive_key, 'hex') as exclusive from record`

function storedOf({ id, kind, version, content, keys, exclusive }: Row): StoredRecord {
  return { content: contentOf(id, kind, version, content), keys, exclusive }
}
