import { Injectable } from '@nestjs/common'
import { DataSource } from 'typeorm'
import type { Model } from '#libs/linkage'
import { ActiveModel } from '../evidence/active-model.ts'
import type { RecordContent } from '../records/record-content.ts'
import { RecordOpener } from '../records/record-opener.ts'
import { RecordStore } from '../records/record-store.ts'
import { maskValue } from './masks.ts'
import { fields, modelNames, valuesOf } from './record-fields.ts'

/** Frozen hub values that an answer shows at most, of each field; the count tells how many there are. */
const FROZEN_SHOWN = 100

/** Values that too many different people use: what nobody looks for others under. */
@Injectable()
export class HubList {
  constructor(
    private readonly dataSource: DataSource,
    private readonly activeModel: ActiveModel,
    private readonly store: RecordStore,
    private readonly opener: RecordOpener,
  ) {}

  /** One page of the keys that became hubs, and what the model in force has frozen. */
  async page(limit: number, after: string | null) {
    const rows: { key: string; rule: string; example: string; since: Date; records: number; identities: number }[] =
      await this.dataSource.query(
        `select h.key::text as key, h.rule, h.example, h.found_at as since, count(b.record_id)::int as records,
           count(distinct m.identity_id)::int as identities
         from (select * from hub where $2::bigint is null or key > $2 order by key limit $1) h
         left join block_key b on b.key = h.key left join membership_of_record m on m.record_id = b.record_id
         group by h.key, h.rule, h.example, h.found_at order by h.key`,
        [limit + 1, after],
      )
    const page = rows.slice(0, limit)
    const model = await this.activeModel.current()
    const examples = await this.store.contents(
      this.dataSource,
      page.map(({ example }) => example),
    )
    return {
      items: page.map(({ example, ...row }) => ({
        ...row,
        example: this.exampleOf(model, row.rule, examples.get(example)),
      })),
      next: rows.length > limit ? page.at(-1)!.key : null,
      frozen: Object.entries(model.hubValues ?? {}).map(([part, values]) => ({
        part,
        count: values.length,
        values: values.slice(0, FROZEN_SHOWN).map((value) => maskPart(part, value)),
      })),
    }
  }

  /** What the key of a rule is made of in one record that has it, masked; null when the record is gone. */
  private exampleOf(model: Model, rule: string, content: RecordContent | undefined): string | null {
    if (!content) return null
    const values = valuesOf(content, this.opener.open(content))
    const named = model.blocking.find(({ name }) => name === rule)?.keys.map(({ field }) => field) ?? []
    const shown = fields.flatMap((field) => {
      const value = values[field]
      return value && named.includes(modelNames[field]) ? [maskValue(field, value)] : []
    })
    return shown.join(' + ') || null
  }
}

function maskPart(part: string, value: string): string {
  const field = fields.find((name) => modelNames[name] === part.split('.')[0])
  return maskValue(field ?? 'account', value)
}
