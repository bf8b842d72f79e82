import { Injectable } from '@nestjs/common'
import { DataSource } from 'typeorm'
import { compareRows, type Model, type Waterfall } from '#libs/linkage'
import { ActiveModel } from '../evidence/active-model.ts'
import { RecordOpener } from '../records/record-opener.ts'
import { RecordStore } from '../records/record-store.ts'
import { maskedValues } from '../review/masks.ts'
import { type Field, valuesOf } from '../review/record-fields.ts'
import type { SamplePair } from './sample-pairs.ts'

/** A pair of a draft's sample, masked, with why it is what it is: now, and under the draft. */
export interface ViewedPair {
  readonly kind: SamplePair['kind']
  readonly records: readonly { readonly recordId: string; readonly values: Record<Field, string | null> }[]
  readonly inForce: Waterfall
  readonly drafted: Waterfall
}

/** Shows the sample of a draft. Nothing of it is stored but the ids: whom the records are about is opened and masked here. */
@Injectable()
export class SampleView {
  constructor(
    private readonly dataSource: DataSource,
    private readonly activeModel: ActiveModel,
    private readonly store: RecordStore,
    private readonly opener: RecordOpener,
  ) {}

  /** Pairs of which a record was erased meanwhile are left out. */
  async of(samples: readonly SamplePair[], draft: Model): Promise<ViewedPair[]> {
    const inForce = await this.activeModel.refresh()
    const ids = [...new Set(samples.flatMap(({ lo, hi }) => [lo, hi]))]
    const contents = await this.store.contents(this.dataSource, ids)
    const seen = (id: string) => {
      const content = contents.get(id)
      if (!content) return []
      const values = maskedValues(valuesOf(content, this.opener.open(content)))
      return [{ row: this.opener.row(content), record: { recordId: id, values } }]
    }
    return samples.flatMap(({ kind, lo, hi }) => {
      const [[x], [y]] = [seen(lo), seen(hi)]
      if (!x || !y) return []
      return [
        {
          kind,
          records: [x.record, y.record],
          inForce: compareRows(inForce, x.row, y.row),
          drafted: compareRows(draft, x.row, y.row),
        },
      ]
    })
  }
}
