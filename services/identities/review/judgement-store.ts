import { Injectable } from '@nestjs/common'
import type { DataSource, EntityManager } from 'typeorm'
import { v7 as uuidv7 } from 'uuid'
import { arrayOf } from '#libs/database'
import type { Signature } from '../reasoned.ts'
import type { DecisionLink } from './links.ts'

/** What people decide about: a suspicion (by one person or two), or a person. */
export const judgementKinds = ['accept', 'reject', 'split', 'override'] as const
export type JudgementKind = (typeof judgementKinds)[number]

/** What somebody decided, and who took it back, if anybody did; with the records that it names. */
export interface Judgement {
  readonly judgementId: string
  readonly kind: JudgementKind
  readonly actorId: string
  readonly actorName: string
  readonly reason: string
  readonly at: Date
  readonly proposedById: string | null
  readonly proposedBy: string | null
  readonly revokedAt: Date | null
  readonly revokedById: string | null
  readonly revokedBy: string | null
  readonly revokedBecause: string | null
  readonly recordIds: readonly string[]
}

/** What people decided, and what they took back: the audit trail and the input of the partition in one. */
@Injectable()
export class JudgementStore {
  /** Writes a judgement with its links, in force from now on; returns its id. */
  async add(
    tx: EntityManager,
    kind: JudgementKind,
    links: readonly DecisionLink[],
    { sender, reason, now }: Signature,
  ): Promise<string> {
    const id = uuidv7()
    await tx.query(
      `with judged as (
         insert into judgement (id, kind, actor_id, actor_name, reason, at) values ($1, $2, $3, $4, $5, $6) returning id)
       insert into decision (judgement_id, lo, hi, kind, override, lo_exclusive, hi_exclusive)
       select judged.id, lo, hi, d.kind, lo_exclusive is not null, decode(lo_exclusive, 'hex'), decode(hi_exclusive, 'hex')
       from judged, unnest($7::uuid[], $8::uuid[], $9::text[], $10::text[], $11::text[])
         as d (lo, hi, kind, lo_exclusive, hi_exclusive)`,
      [
        id,
        kind,
        sender.accountId,
        sender.name,
        reason,
        now,
        arrayOf(links.map(({ lo }) => lo)),
        arrayOf(links.map(({ hi }) => hi)),
        links.map((link) => link.kind),
        links.map(({ override }) => override?.lo ?? null),
        links.map(({ override }) => override?.hi ?? null),
      ],
    )
    return id
  }

  /** Takes a judgement back; false when it was before. */
  async revoke(tx: EntityManager, id: string, { sender, reason, now }: Signature): Promise<boolean> {
    const [{ revoked }] = await tx.query(
      `with revoked as (
         update judgement set revoked_at = $2, revoked_by = $3, revoked_by_id = $4, revoked_because = $5
         where id = $1 and revoked_at is null returning id),
       ended as (update decision set in_force = false from revoked where judgement_id = revoked.id)
       select exists (select from revoked) as revoked`,
      [id, now, sender.name, sender.accountId, reason],
    )
    return revoked
  }

  /** One judgement; undefined when there is none of this id. */
  async one(source: DataSource | EntityManager, id: string): Promise<Judgement | undefined> {
    const [found] = await this.read(source, `where j.id = $1`, [id])
    return found
  }

  /** Every judgement that names one of the records, in force or not, newest first. */
  async about(source: DataSource | EntityManager, recordIds: readonly string[]): Promise<Judgement[]> {
    return this.read(
      source,
      `where j.id in (select judgement_id from decision where lo = any($1::uuid[])
         union select judgement_id from decision where hi = any($1::uuid[]))`,
      [arrayOf(recordIds)],
    )
  }

  private read(source: DataSource | EntityManager, where: string, parameters: unknown[]): Promise<Judgement[]> {
    return source.query(
      `select j.id as "judgementId", j.kind, j.actor_id as "actorId", j.actor_name as "actorName", j.reason, j.at,
         p.account_id as "proposedById", p.account_name as "proposedBy", j.revoked_at as "revokedAt",
         j.revoked_by_id as "revokedById", j.revoked_by as "revokedBy", j.revoked_because as "revokedBecause",
         array(select lo from decision where judgement_id = j.id union select hi from decision where judgement_id = j.id
           order by 1)::text[] as "recordIds"
       from judgement j left join override_proposal p on p.judgement_id = j.id ${where} order by j.at desc, j.id desc`,
      parameters,
    )
  }
}
