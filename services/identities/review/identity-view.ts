import { Injectable } from '@nestjs/common'
import { DataSource } from 'typeorm'
import { arrayOf } from '#libs/database'
import { forbidden, type Principal } from '#libs/platform'
import { mayDecide, maySee } from './authority.ts'
import { IdentityDecisions } from './identity-decisions.ts'
import { JudgementStore } from './judgement-store.ts'
import { maskedValues, maskValue } from './masks.ts'
import { noSuchIdentity } from './problems.ts'
import type { ReviewRecord } from './record-fields.ts'
import { ReviewRecords } from './review-records.ts'
import { survivorsOf } from './survivors.ts'

/** One person: records, the values that stand, how the person came about, and what people decided. */
@Injectable()
export class IdentityView {
  constructor(
    private readonly dataSource: DataSource,
    private readonly records: ReviewRecords,
    private readonly decisions: IdentityDecisions,
    private readonly judgements: JudgementStore,
  ) {}

  /** The person behind an id; a retired id leads to the living one. */
  async one(requestedId: string, sender: Principal) {
    const chain: { id: string; createdAt: Date; retiredAt: Date | null }[] = await this.dataSource.query(
      `with recursive way (id, step) as (
         select $1::uuid, 0
         union all select i.redirect_to, step + 1 from way join identity i using (id)
           where i.retired_at is not null and i.redirect_to is not null and step < 1000)
       select i.id, i.created_at as "createdAt", i.retired_at as "retiredAt" from way join identity i using (id)
       order by step`,
      [requestedId],
    )
    const living = chain.at(-1)
    if (!living) throw noSuchIdentity()
    const records = (await this.records.of(this.dataSource, [living.id])).get(living.id) ?? []
    if (!maySee(sender, records)) throw forbidden()
    const ids = records.map(({ id }) => id)
    return {
      requestedId,
      identityId: living.id,
      redirects: chain.slice(0, -1).map(({ id }) => id),
      createdAt: living.createdAt,
      retiredAt: living.retiredAt,
      mayDecide: mayDecide(sender, records),
      records: records.map(recordView),
      survivors: survivorsOf(records, await this.decisions.choices(living.id)).map((survivor) => ({
        ...survivor,
        value: maskValue(survivor.field, survivor.value),
      })),
      history: await this.history(ids),
      judgements: await this.judgements.about(this.dataSource, ids),
    }
  }

  /** Every statement about the records that the person has now, also from before they were this person's. */
  private history(recordIds: readonly string[]) {
    return this.dataSource.query(
      `select record_id as "recordId", revision, identity_id as "identityId", cause, epoch, at
       from identity_event where record_id = any($1::uuid[]) order by at, record_id, revision`,
      [arrayOf(recordIds)],
    )
  }
}

function recordView({ id, content, source, values, federationPath }: ReviewRecord) {
  return {
    recordId: id,
    kind: content.kind,
    source,
    federationPath,
    values: maskedValues(values),
  }
}
