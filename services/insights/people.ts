import { Injectable } from '@nestjs/common'
import { type EntityManager } from 'typeorm'
import { lockKeys } from '#libs/database'
import { type Counted, changes } from './count-changes.ts'
import { Funnel } from './funnel.ts'

/** Whose a registration is; `origin` where the statement tells when and where it was submitted. */
export interface Holding {
  readonly registrationId: string
  readonly identityId: string
  readonly revision: number
  readonly origin: { readonly submittedAt: string; readonly siteId: string | null } | null
}

/**
 * Counts people: a person is whoever holds a registration, by the highest revision of what identities say, and counts
 * where the first of their registrations came from. So a merge takes one away and a split adds one, whatever order they
 * come in and however often.
 */
@Injectable()
export class People {
  constructor(private readonly funnel: Funnel) {}

  /** Takes in whose registrations are, and moves the counts of the people whom that touches. */
  async follow(tx: EntityManager, holdings: readonly Holding[]): Promise<void> {
    const registrationIds = holdings.map(({ registrationId }) => registrationId)
    await lockKeys(tx, 'registration', registrationIds)
    const holders = await this.holders(tx, registrationIds)
    const people = [...new Set([...holdings.map(({ identityId }) => identityId), ...holders])]
    await lockKeys(tx, 'identity', people)
    const before = await this.counted(tx, people)
    await this.write(tx, holdings)
    await this.funnel.move(tx, 'new_people', changes(before, await this.counted(tx, people)))
  }

  private async holders(tx: EntityManager, registrationIds: readonly string[]): Promise<string[]> {
    const rows: { identity_id: string }[] = await tx.query(
      `select distinct identity_id from registration_holder where registration_id = any($1)`,
      [registrationIds],
    )
    return rows.map(({ identity_id }) => identity_id)
  }

  /** Where each person counts; a person of whose registrations only the holder is known does not count yet. */
  private async counted(tx: EntityManager, identityIds: readonly string[]): Promise<Counted[]> {
    return tx.query(
      `select distinct on (identity_id) identity_id as id, site_id as "siteId", submitted_at as at
       from registration_holder where identity_id = any($1) and submitted_at is not null
       order by identity_id, submitted_at, registration_id`,
      [identityIds],
    )
  }

  /** One statement for all would meet a registration twice, if two statements are about it. */
  private async write(tx: EntityManager, holdings: readonly Holding[]): Promise<void> {
    const latest = new Map<string, Holding>()
    for (const each of holdings) {
      const known = latest.get(each.registrationId)
      const newer = known && known.revision >= each.revision ? known : each
      latest.set(each.registrationId, { ...newer, origin: known?.origin ?? each.origin })
    }
    const rows = [...latest.values()]
    await tx.query(
      `insert into registration_holder as known (registration_id, identity_id, revision, submitted_at, site_id)
       select * from unnest($1::uuid[], $2::uuid[], $3::int[], $4::timestamptz[], $5::uuid[])
         as h (registration_id, identity_id, revision, submitted_at, site_id)
       order by registration_id
       on conflict (registration_id) do update set
         identity_id = case when excluded.revision > known.revision then excluded.identity_id else known.identity_id end,
         revision = greatest(excluded.revision, known.revision),
         submitted_at = coalesce(known.submitted_at, excluded.submitted_at),
         site_id = coalesce(known.site_id, excluded.site_id)`,
      [
        rows.map(({ registrationId }) => registrationId),
        rows.map(({ identityId }) => identityId),
        rows.map(({ revision }) => revision),
        rows.map(({ origin }) => origin?.submittedAt ?? null),
        rows.map(({ origin }) => origin?.siteId ?? null),
      ],
    )
  }
}
