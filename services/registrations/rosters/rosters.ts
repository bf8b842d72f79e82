import { Injectable } from '@nestjs/common'
import { DataSource, type EntityManager } from 'typeorm'
import { type Bilingual, DomainError } from '#libs/platform'
import type { NewRoster } from './import-roster.ts'
import type { Remark } from './lead-values.ts'

export const rosterStatuses = ['reading', 'done', 'interrupted', 'unreadable'] as const

/** A list that nobody has touched for so long is not being read any more: its process has ended. */
const GIVEN_UP_AFTER = '2 minutes'

const COLUMNS = `id as "rosterId", file, platform,
  case when status = 'reading' and touched_at < now() - interval '${GIVEN_UP_AFTER}' then 'interrupted' else status end
    as status,
  problem, total_rows as "totalRows", rows,
  json_build_object('new', new_leads, 'changed', changed_leads, 'unchanged', unchanged_leads) as leads,
  faulty_rows as faults, notes, imported_by as "importedBy", started_at as "startedAt", finished_at as "finishedAt"`

export interface Counts {
  readonly rows: number
  readonly fresh: number
  readonly changed: number
  readonly unchanged: number
  readonly faulty: number
  readonly notes: number
}

/** What is known of the lists that were uploaded: how far they are, and what is to be mended in them. */
@Injectable()
export class Rosters {
  constructor(private readonly dataSource: DataSource) {}

  /** The newest 100. */
  async list(): Promise<object[]> {
    return this.dataSource.query(`select ${COLUMNS} from roster order by id desc limit 100`)
  }

  /** One list, with what is to be mended in the lines after `after`. @throws {DomainError} `no_such_roster` */
  async one(rosterId: string, { after, limit }: { after: number; limit: number }): Promise<object> {
    const [roster] = await this.dataSource.query(`select ${COLUMNS} from roster where id = $1`, [rosterId])
    if (!roster) {
      throw new DomainError('not_found', 'no_such_roster', {
        zh: '没有这份名单，请核对编号',
        en: 'There is no such roster: check the id',
      })
    }
    const remarks: { line: number }[] = await this.dataSource.query(
      `select line, kind, field, code, zh, en from roster_remark
       where roster_id = $1 and line > $2
         and line <= coalesce((select line from roster_remark where roster_id = $1 and line > $2
           order by line, at offset $3 - 1 limit 1), 2147483647)
       order by line, at`,
      [rosterId, after, limit],
    )
    return { ...roster, remarks, next: remarks.length >= limit ? remarks.at(-1)!.line : null }
  }

  async open(rosterId: string, { platform, file, importedBy }: NewRoster, now: Date): Promise<void> {
    await this.dataSource.query(
      `insert into roster (id, platform, file, imported_by, started_at, touched_at) values ($1, $2, $3, $4, $5, now())`,
      [rosterId, platform, file, importedBy, now],
    )
  }

  async found(rosterId: string, totalRows: number): Promise<void> {
    await this.dataSource.query(`update roster set total_rows = $2, touched_at = now() where id = $1`, [
      rosterId,
      totalRows,
    ])
  }

  async end(rosterId: string, status: string, problem: Bilingual | null, now: Date): Promise<void> {
    await this.dataSource.query(`update roster set status = $2, problem = $3, finished_at = $4 where id = $1`, [
      rosterId,
      status,
      problem && JSON.stringify(problem),
      now,
    ])
  }

  async count(tx: EntityManager, rosterId: string, counts: Counts, now: Date): Promise<void> {
    const { rows, fresh, changed, unchanged, faulty, notes } = counts
    await tx.query(
      `update roster set rows = rows + $2, new_leads = new_leads + $3, changed_leads = changed_leads + $4,
         unchanged_leads = unchanged_leads + $5, faulty_rows = faulty_rows + $6, notes = notes + $7, touched_at = $8
       where id = $1`,
      [rosterId, rows, fresh, changed, unchanged, faulty, notes, now],
    )
  }

  /** Keeps what is to be mended, by line; no value of a list is in it. */
  async remark(
    tx: EntityManager,
    rosterId: string,
    rows: readonly { line: number; faults: readonly Remark[]; notes: readonly Remark[] }[],
  ): Promise<void> {
    const remarks = rows.flatMap(({ line, faults, notes }) =>
      [...faults.map((each) => ({ kind: 'fault', ...each })), ...notes.map((each) => ({ kind: 'note', ...each }))].map(
        (each, at) => ({ line, at, ...each }),
      ),
    )
    if (remarks.length === 0) return
    await tx.query(
      `insert into roster_remark (roster_id, line, at, kind, field, code, zh, en)
       select $1::uuid, * from unnest($2::int[], $3::smallint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
       on conflict do nothing`,
      [
        rosterId,
        remarks.map(({ line }) => line),
        remarks.map(({ at }) => at),
        remarks.map(({ kind }) => kind),
        remarks.map(({ field }) => field),
        remarks.map(({ code }) => code),
        remarks.map(({ zh }) => zh),
        remarks.map(({ en }) => en),
      ],
    )
  }
}
