import { Injectable } from '@nestjs/common'
import { DataSource } from 'typeorm'
import { probabilityOf } from '#libs/linkage'
import type { Principal } from '#libs/platform'
import type { Suspicion } from '../partition/suspicions.ts'
import { ReviewRecords } from './review-records.ts'
import { type Summary, summaryOf } from './summary.ts'

/** Which page of the queue. */
export interface QueueQuery {
  readonly limit: number
  /** The `next` of the page before. */
  readonly after: string | null
}

/** A review item in the queue; `value` is what an answer is worth, see {@link ReviewQueue}. */
export interface QueueItem extends Suspicion {
  readonly probability: number
  readonly value: number
  readonly openedAt: Date
  readonly leasedBy: string | null
  readonly leasedUntil: Date | null
  readonly sides: readonly [Summary, Summary]
}

type Row = Omit<QueueItem, 'sides' | 'probability'>

/**
 * What is left to people, ranked by what an answer is worth: the probability that the two are one person times the
 * registrations touched (in thousandths), which is how many registrations are expected to stand wrong until somebody looks.
 * Id conflicts come last: they take two people, and are mostly two persons.
 */
@Injectable()
export class ReviewQueue {
  constructor(
    private readonly dataSource: DataSource,
    private readonly records: ReviewRecords,
  ) {}

  /** One page of the items whose two sides the sender may both decide about (see `mayDecide`). */
  async page({ limit, after }: QueueQuery, sender: Principal, now: Date) {
    const [late, value, lo, hi] = after ? Buffer.from(after, 'base64url').toString().split('|') : []
    const rows: Row[] = await this.dataSource.query(
      `with side as (
         select m.identity_id as id, count(*) filter (where r.kind = 'registration') as registrations,
           count(r.federation_path) > 0 as placed, bool_and(r.federation_path @> array[$1::text]) as within
         from (select lo as id from review_item union select hi from review_item) i
         join membership_of_record m on m.identity_id = i.id join record r on r.id = m.record_id
         group by m.identity_id),
       ranked as (
         select i.*, (kind = 'id_conflict')::int as late,
           round(1000 * (a.registrations + b.registrations) / (1 + power(2::float8, -weight / 1000.0)))::int as value
         from review_item i join side a on a.id = i.lo join side b on b.id = i.hi
         where case when a.placed then a.within else $2 end and case when b.placed then b.within else $2 end)
       select r.lo, r.hi, r.kind, r.weight, r.value, r.opened_at as "openedAt", l.account_name as "leasedBy",
         l.until as "leasedUntil"
       from ranked r left join review_lease l on l.lo = r.lo and l.hi = r.hi and l.until > $3
       where $4::int is null or (late, -value, r.lo, r.hi) > ($4::int, -$5::int, $6::uuid, $7::uuid)
       order by late, value desc, r.lo, r.hi limit $8`,
      [
        sender.federationId,
        sender.role === 'operator',
        now,
        late ?? null,
        value ?? null,
        lo ?? null,
        hi ?? null,
        limit + 1,
      ],
    )
    const page = rows.slice(0, limit)
    const last = rows.length > limit ? page.at(-1) : undefined
    const records = await this.records.of(this.dataSource, [...new Set(page.flatMap((row) => [row.lo, row.hi]))])
    return {
      items: page.map((row) => ({
        ...row,
        probability: probabilityOf(row.weight),
        sides: [row.lo, row.hi].map((id) => summaryOf(id, records.get(id) ?? [])),
      })),
      next: last ? cursorOf(last) : null,
    }
  }
}

function cursorOf({ kind, value, lo, hi }: Row): string {
  return Buffer.from(`${Number(kind === 'id_conflict')}|${value}|${lo}|${hi}`).toString('base64url')
}
