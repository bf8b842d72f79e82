import { Injectable } from '@nestjs/common'
import type { DataSource, EntityManager } from 'typeorm'
import { arrayOf } from '#libs/database'
import { RecordOpener } from '../records/record-opener.ts'
import { RecordStore } from '../records/record-store.ts'
import { type ReviewRecord, sourceOf, valuesOf } from './record-fields.ts'

/** Opens records for review. What it returns is in the clear: mask it before it leaves. */
@Injectable()
export class ReviewRecords {
  constructor(
    private readonly records: RecordStore,
    private readonly opener: RecordOpener,
  ) {}

  /** The records of identities, oldest id first; an identity without records is missing. */
  async of(source: DataSource | EntityManager, identityIds: readonly string[]): Promise<Map<string, ReviewRecord[]>> {
    const rows: { id: string; identityId: string; federationPath: string[] | null; exclusive: string | null }[] =
      await source.query(
        `select r.id, m.identity_id as "identityId", r.federation_path as "federationPath",
           encode(r.exclusive_key, 'hex') as exclusive
         from membership_of_record m join record r on r.id = m.record_id
         where m.identity_id = any($1::uuid[]) order by r.id`,
        [arrayOf(identityIds)],
      )
    const contents = await this.records.contents(
      source,
      rows.map(({ id }) => id),
    )
    const found = new Map<string, ReviewRecord[]>()
    for (const row of rows) {
      const content = contents.get(row.id)
      if (!content) continue
      const values = valuesOf(content, this.opener.open(content))
      const records = found.get(row.identityId) ?? []
      found.set(row.identityId, records)
      records.push({ ...row, content, source: sourceOf(content), values })
    }
    return found
  }
}
