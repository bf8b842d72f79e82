import { Injectable } from '@nestjs/common'
import { type EntityManager } from 'typeorm'
import type { CountChange } from './count-changes.ts'

/** Registrations that came through no code are counted under this id. */
export const NO_SITE = '00000000-0000-0000-0000-000000000000'

/** The steps from a scan to a member, in their order; the names of the columns. */
export type Step = 'scans' | 'submitted' | 'new_people' | 'approved'

/** Something that happened once at a site. */
export interface Happening {
  readonly siteId: string | null
  readonly at: Date
}

export interface SiteFunnel {
  readonly siteId: string
  readonly name: { readonly zh: string; readonly en: string }
  readonly scans: number
  readonly submitted: number
  readonly newPeople: number
  readonly approved: number
}

/** Counts what happens, by site and day of Beijing time. */
@Injectable()
export class Funnel {
  /** Adds happenings of one step, one row per site and day. */
  async count(tx: EntityManager, step: Step, happenings: readonly Happening[]): Promise<void> {
    await this.move(
      tx,
      step,
      happenings.map((each) => ({ ...each, by: 1 })),
    )
  }

  /** Adds to one step and takes away from it, one row per site and day. */
  async move(tx: EntityManager, step: Step, changes: readonly CountChange[]): Promise<void> {
    if (changes.length === 0) return
    await tx.query(
      `insert into site_day as counted (site_id, day, ${step})
       select site_id, (at at time zone 'Asia/Shanghai')::date, sum(by)::int
       from unnest($1::uuid[], $2::timestamptz[], $3::int[]) as h (site_id, at, by)
       group by 1, 2 having sum(by) <> 0 order by 1, 2
       on conflict (site_id, day) do update set ${step} = counted.${step} + excluded.${step}`,
      [
        changes.map(({ siteId }) => siteId ?? NO_SITE),
        changes.map(({ at }) => at.toISOString()),
        changes.map(({ by }) => by),
      ],
    )
  }

  async nameSites(
    tx: EntityManager,
    sites: readonly { siteId: string; name: { zh: string; en: string } }[],
  ): Promise<void> {
    await tx.query(
      `insert into site (id, name_zh, name_en) select * from unnest($1::uuid[], $2::text[], $3::text[])
       on conflict (id) do update set name_zh = excluded.name_zh, name_en = excluded.name_en`,
      [sites.map(({ siteId }) => siteId), sites.map(({ name }) => name.zh), sites.map(({ name }) => name.en)],
    )
  }

  /** The funnel of every site that is known or was counted; the days are dates of Beijing time, both included. */
  async perSite(tx: EntityManager, { from, to }: { from: string | null; to: string | null }): Promise<SiteFunnel[]> {
    const rows: (Omit<SiteFunnel, 'name'> & { zh: string | null; en: string | null })[] = await tx.query(
      `select coalesce(s.id, d.site_id) as "siteId", s.name_zh as zh, s.name_en as en,
         coalesce(sum(d.scans), 0)::int as scans, coalesce(sum(d.submitted), 0)::int as submitted,
         coalesce(sum(d.new_people), 0)::int as "newPeople", coalesce(sum(d.approved), 0)::int as approved
       from site s
       full join (select * from site_day where day between coalesce($1::date, '-infinity') and coalesce($2::date, 'infinity')) d
         on d.site_id = s.id
       group by 1, 2, 3
       order by approved desc, submitted desc, "siteId"`,
      [from, to],
    )
    return rows.map(({ zh, en, ...row }) => ({ ...row, name: { zh: zh ?? '未经海报', en: en ?? 'Without a poster' } }))
  }
}
