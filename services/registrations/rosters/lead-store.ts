import { Injectable } from '@nestjs/common'
import type { EntityManager } from 'typeorm'
import { type Lead, sealContext } from '#libs/contracts'
import { lockKeys } from '#libs/database'
import { BlindIndex, FieldCipher } from '#libs/privacy'
import type { LeadValues } from './lead-values.ts'
import type { KnownLead, ListedRow, TakenLead } from './take-leads.ts'

/** Writers of leads exclude each other: lists are few, and two may name the same drivers. */
export async function lockLeads(tx: EntityManager): Promise<void> {
  await lockKeys(tx, 'leads', ['all'])
}

/** The leads in the database, their personal data sealed. */
@Injectable()
export class LeadStore {
  constructor(
    private readonly cipher: FieldCipher,
    private readonly blind: BlindIndex,
  ) {}

  /** What a row is found by: platform and account, or all that it says where there is no account. */
  listed(values: LeadValues): ListedRow {
    const { platform, account } = values
    const content = JSON.stringify(values)
    const identity = account === null ? `content ${content}` : `account ${platform} ${account}`
    return { values, keys: this.blind.all('lead', identity), macs: this.blind.all('lead content', content) }
  }

  async known(tx: EntityManager, rows: readonly ListedRow[]): Promise<Map<string, KnownLead>> {
    const found: (KnownLead & { key: Buffer })[] = await tx.query(
      `select id, key, version, content_mac as mac, listed_at as "listedAt" from lead where key = any($1::bytea[])`,
      [rows.flatMap(({ keys }) => keys)],
    )
    return new Map(found.map(({ key, ...lead }) => [key.toString('hex'), lead]))
  }

  seal(leads: readonly TakenLead[]): Lead[] {
    return leads.map(({ id, version, listedAt, values }) => {
      const { platform, household, residence, name, residentId, mobile, plate, plateColour, account } = values
      const person = { name, residentId, mobile, plate, plateColour, account }
      const sealed = this.cipher.seal(JSON.stringify(person), sealContext('lead', id))
      return { leadId: id, version, platform, listedAt: listedAt.toISOString(), household, residence, sealed }
    })
  }

  async write(tx: EntityManager, rosterId: string, leads: readonly TakenLead[], sealed: readonly Lead[]) {
    await tx.query(
      `insert into lead (id, key, platform, version, content_mac, sealed, household, residence, listed_at, roster_id)
       select *, $10::uuid from unnest($1::uuid[], $2::bytea[], $3::text[], $4::int[], $5::bytea[], $6::text[], $7::text[],
         $8::text[], $9::timestamptz[])
       on conflict (id) do update set key = excluded.key, version = excluded.version, content_mac = excluded.content_mac,
         sealed = excluded.sealed, household = excluded.household, residence = excluded.residence,
         listed_at = excluded.listed_at, roster_id = excluded.roster_id`,
      [
        leads.map(({ id }) => id),
        leads.map(({ key }) => key),
        sealed.map(({ platform }) => platform),
        leads.map(({ version }) => version),
        leads.map(({ mac }) => mac),
        sealed.map((each) => each.sealed),
        sealed.map(({ household }) => household),
        sealed.map(({ residence }) => residence),
        sealed.map(({ listedAt }) => listedAt),
        rosterId,
      ],
    )
  }
}
