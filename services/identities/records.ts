import { Injectable } from '@nestjs/common'
import { type EntityManager } from 'typeorm'
import { lockKeys } from '#libs/database'
import type { KnownRecord, MatchKeys, NewRecord, Resolution } from './resolve.ts'

/** The registrations whose person is known, found by their keys. */
@Injectable()
export class Records {
  /** Keeps other transactions from resolving records that share a key: two racing arrivals of one person meet here. */
  async lock(tx: EntityManager, records: readonly MatchKeys[]): Promise<void> {
    await lockKeys(
      tx,
      'match',
      records.flatMap(({ residentId, nameMobile }) => (residentId ? [residentId, nameMobile] : [nameMobile])),
    )
  }

  async sharingKeys(tx: EntityManager, records: readonly MatchKeys[]): Promise<KnownRecord[]> {
    return tx.query(
      `select encode(resident_id_key, 'hex') as "residentId", encode(name_mobile_key, 'hex') as "nameMobile",
         identity_id as "identityId"
       from record where resident_id_key = any(select decode(key, 'hex') from unnest($1::text[]) as key)
       union
       select encode(resident_id_key, 'hex'), encode(name_mobile_key, 'hex'), identity_id
       from record where name_mobile_key = any(select decode(key, 'hex') from unnest($2::text[]) as key)`,
      [records.flatMap(({ residentId }) => residentId ?? []), records.map(({ nameMobile }) => nameMobile)],
    )
  }

  async add(
    tx: EntityManager,
    records: readonly (NewRecord & { platform: string | null })[],
    resolutions: readonly Resolution[],
    now: Date,
  ): Promise<void> {
    const newPeople = resolutions.filter(({ outcome }) => outcome === 'new')
    await tx.query(`insert into identity (id, created_at) select id, $2 from unnest($1::uuid[]) as id`, [
      newPeople.map(({ identityId }) => identityId),
      now,
    ])
    await tx.query(
      `insert into record
         (registration_id, identity_id, platform, resident_id_key, name_mobile_key, reason, resolved_at)
       select id, identity_id, platform, decode(resident_id, 'hex'), decode(name_mobile, 'hex'), reason, $7
       from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[])
         as r (id, identity_id, platform, resident_id, name_mobile, reason)`,
      [
        records.map(({ registrationId }) => registrationId),
        resolutions.map(({ identityId }) => identityId),
        records.map(({ platform }) => platform),
        records.map(({ residentId }) => residentId),
        records.map(({ nameMobile }) => nameMobile),
        resolutions.map(({ reason }) => reason),
        now,
      ],
    )
  }
}
