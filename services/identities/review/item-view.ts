import { Injectable } from '@nestjs/common'
import { DataSource } from 'typeorm'
import { v7 as uuidv7 } from 'uuid'
import { arrayOf } from '#libs/database'
import { compareRows, type Model, probabilityOf, type Waterfall } from '#libs/linkage'
import { forbidden, type Principal } from '#libs/platform'
import { ActiveModel } from '../evidence/active-model.ts'
import type { Suspicion } from '../partition/suspicions.ts'
import type { Signature } from '../reasoned.ts'
import { RecordOpener } from '../records/record-opener.ts'
import { mayDecide } from './authority.ts'
import { compareFields, conflictsOf, presentKind } from './comparison.ts'
import { type ItemId, Leases } from './leases.ts'
import { Overrides } from './overrides.ts'
import { noSuchItem } from './problems.ts'
import { independentSources, type ReviewRecord } from './record-fields.ts'
import { ReviewRecords } from './review-records.ts'
import { summaryOf } from './summary.ts'

interface Found {
  readonly item: Pick<Suspicion, 'kind' | 'weight'> & { readonly openedAt: Date }
  readonly lo: readonly ReviewRecord[]
  readonly hi: readonly ReviewRecord[]
}

/** One review item as it is looked at: both sides, and why they may be one person. */
@Injectable()
export class ItemView {
  constructor(
    private readonly dataSource: DataSource,
    private readonly activeModel: ActiveModel,
    private readonly opener: RecordOpener,
    private readonly records: ReviewRecords,
    private readonly leases: Leases,
    private readonly overrides: Overrides,
  ) {}

  /** Everything that is shown of an item, masked. @throws {DomainError} `no_such_review_item`, `not_allowed` */
  async one(item: ItemId, sender: Principal, now: Date) {
    const found = await this.find(item, sender)
    const { lo, hi } = found
    const waterfall = await this.explain(found)
    const compared = compareFields(lo, hi, waterfall)
    const versions = new Map([...lo, ...hi].map(({ id, content }) => [id, content.version]))
    const lease = await this.leases.of(this.dataSource.manager, item, now)
    return {
      ...item,
      ...found.item,
      probability: probabilityOf(found.item.weight),
      leasedBy: lease?.leasedBy ?? null,
      leasedUntil: lease?.until ?? null,
      proposal: (await this.overrides.waiting(this.dataSource.manager, item, versions, now)) ?? null,
      sides: [summaryOf(item.lo, lo), summaryOf(item.hi, hi)],
      fields: compared,
      independentSources: independentSources([...lo, ...hi]),
      conflicts: conflictsOf(found.item.kind, compared),
      waterfall,
    }
  }

  /** Why the strongest pair of the two may be one person, rebuilt with the model that weighed it. */
  async waterfall(item: ItemId, sender: Principal): Promise<Waterfall> {
    return this.explain(await this.find(item, sender))
  }

  /** Makes sure that there is such an item, and that the sender may decide it. */
  async check(item: ItemId, sender: Principal): Promise<void> {
    await this.find(item, sender)
  }

  /** The full values of every record on both sides; who looked and why is written down first. */
  async disclose(item: ItemId, { sender, reason, now }: Signature) {
    const { lo, hi } = await this.find(item, sender)
    const records = [...lo, ...hi]
    await this.dataSource.query(
      `insert into record_disclosure (id, record_ids, account_id, account_name, reason, at) values ($1, $2, $3, $4, $5, $6)`,
      [uuidv7(), arrayOf(records.map(({ id }) => id)), sender.accountId, sender.name, reason, now],
    )
    return { records: records.map(({ id, identityId, values }) => ({ recordId: id, identityId, ...values })) }
  }

  private async find({ lo, hi }: ItemId, sender: Principal): Promise<Found> {
    const [item] = await this.dataSource.query(
      `select kind, weight, opened_at as "openedAt" from review_item where lo = $1 and hi = $2`,
      [lo, hi],
    )
    const sides = await this.records.of(this.dataSource, [lo, hi])
    const [own, other] = [sides.get(lo), sides.get(hi)]
    if (!item || !own || !other) throw noSuchItem()
    if (!mayDecide(sender, own) || !mayDecide(sender, other)) throw forbidden()
    return { item: { ...item, kind: presentKind(item.kind, own, other) }, lo: own, hi: other }
  }

  private async explain({ lo, hi }: Found): Promise<Waterfall> {
    const [edge]: { lo: string; hi: string; epoch: number }[] = await this.dataSource.query(
      `select e.lo, e.hi, e.epoch from edge e
       join record l on l.id = e.lo and l.version = e.lo_version join record h on h.id = e.hi and h.version = e.hi_version
       where (lo = any($1::uuid[]) and hi = any($2::uuid[])) or (lo = any($2::uuid[]) and hi = any($1::uuid[]))
       order by weight desc, lo, hi limit 1`,
      [arrayOf(lo.map(({ id }) => id)), arrayOf(hi.map(({ id }) => id))],
    )
    if (!edge) throw noSuchItem()
    const rowOf = (id: string) => this.opener.row([...lo, ...hi].find((record) => record.id === id)!.content)
    return compareRows(await this.modelOf(edge.epoch), rowOf(edge.lo), rowOf(edge.hi))
  }

  private async modelOf(epoch: number): Promise<Model> {
    const current = await this.activeModel.current()
    if (current.epoch === epoch) return current
    const [row] = await this.dataSource.query(`select sealed from model_epoch where epoch = $1`, [epoch])
    return row?.sealed ? this.activeModel.open(row.sealed, epoch) : current
  }
}
