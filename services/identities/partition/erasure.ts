import { Injectable } from '@nestjs/common'
import type { EntityManager } from 'typeorm'
import { duplicateSettled, newEvent } from '#libs/contracts'
import { arrayOf } from '#libs/database'
import { EventLog } from '#libs/messaging'
import { ActiveModel } from '../evidence/active-model.ts'
import { RecordStore } from '../records/record-store.ts'
import { Neighbourhoods } from './neighbourhood.ts'
import { Partitioning } from './partitioning.ts'

/** Removes records for good, and decides anew about those that stood beside them. */
@Injectable()
export class Erasure {
  constructor(
    private readonly activeModel: ActiveModel,
    private readonly neighbourhoods: Neighbourhoods,
    private readonly records: RecordStore,
    private readonly partitioning: Partitioning,
    private readonly log: EventLog,
  ) {}

  async erase(tx: EntityManager, ids: readonly string[], now: Date): Promise<void> {
    const start = { seeds: ids, partners: { strong: [], weak: [] }, keys: [] }
    const { members } = await this.neighbourhoods.lock(tx, start, await this.activeModel.current())
    const inside = members.flatMap((member) => (member.inside ? [member.id] : []))
    await this.records.erase(tx, ids, now)
    // An undoing that waits for a component is kept with one of its records, and would come too late for what parts now.
    const [{ undone }]: [{ undone: Date | null }] = await tx.query(
      `with gone as (delete from membership_of_record where record_id = any($1::uuid[]) returning identity_id),
         forgotten as (delete from deferred_record where record_id = any($1::uuid[])),
         retired as (
           update identity set retired_at = $2 where id in (select identity_id from gone) and not exists (
             select from membership_of_record m where m.identity_id = identity.id and m.record_id <> all($1::uuid[])))
       select min(undone) as undone from deferred_record where record_id = any($3::uuid[])`,
      [arrayOf(ids), now, arrayOf(inside)],
    )
    const over: { lo: string; hi: string }[] = await tx.query(
      `with over as (
         delete from review_item using identity
         where identity.id in (lo, hi) and retired_at = $1 and redirect_to is null
         returning lo, hi)
       select lo, hi from over`,
      [now],
    )
    const outcome = 'no_longer_suspected'
    await this.log.append(
      tx,
      over.map(({ lo, hi }) => newEvent(duplicateSettled, { identityId: lo, otherIdentityId: hi, outcome }, { now })),
    )
    const erased = new Set(ids)
    const seeds = inside.filter((id) => !erased.has(id))
    const change = { cause: 'erasure' as const, seeds, undone: undone ?? undefined }
    if (seeds.length > 0) await this.partitioning.recompute(tx, change, now)
  }
}
