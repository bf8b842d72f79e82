import { Injectable } from '@nestjs/common'
import { DataSource, type EntityManager } from 'typeorm'
import type { Principal } from '#libs/platform'
import { leasedByAnother } from './problems.ts'

/** How long an item stays with who took it. */
const LEASE_MINUTES = 10

/** Two identities of a review item, `lo` < `hi`. */
export interface ItemId {
  readonly lo: string
  readonly hi: string
}

/** Who has an item, and until when. */
export interface Lease {
  readonly accountId: string
  readonly leasedBy: string
  readonly until: Date
}

/** Who looks at which review item, so that two people don't do the same work. */
@Injectable()
export class Leases {
  constructor(private readonly dataSource: DataSource) {}

  /** Takes an item, or keeps it longer. @throws {DomainError} `review_item_leased` while somebody else has it */
  async take({ lo, hi }: ItemId, sender: Principal, now: Date): Promise<Lease> {
    const until = new Date(now.getTime() + LEASE_MINUTES * 60_000)
    const [taken] = await this.dataSource.query(
      `insert into review_lease as l (lo, hi, account_id, account_name, until) values ($1, $2, $3, $4, $5)
       on conflict (lo, hi) do update
         set account_id = excluded.account_id, account_name = excluded.account_name, until = excluded.until
         where l.account_id = excluded.account_id or l.until <= $6
       returning lo`,
      [lo, hi, sender.accountId, sender.name, until, now],
    )
    if (!taken) {
      const other = await this.of(this.dataSource.manager, { lo, hi }, now)
      if (other) throw leasedByAnother(other.leasedBy, other.until)
      return this.take({ lo, hi }, sender, now)
    }
    return { accountId: sender.accountId, leasedBy: sender.name, until }
  }

  /** Gives an item back; nothing happens when the sender does not have it. */
  async release({ lo, hi }: ItemId, sender: Principal): Promise<void> {
    await this.dataSource.query(`delete from review_lease where lo = $1 and hi = $2 and account_id = $3`, [
      lo,
      hi,
      sender.accountId,
    ])
  }

  /** Who has an item now; undefined when nobody does. */
  async of(source: EntityManager, { lo, hi }: ItemId, now: Date): Promise<Lease | undefined> {
    const [found] = await source.query(
      `select account_id as "accountId", account_name as "leasedBy", until from review_lease
       where lo = $1 and hi = $2 and until > $3`,
      [lo, hi, now],
    )
    return found
  }

  /** Makes sure that nobody else has the item. @throws {DomainError} `review_item_leased` */
  async check(tx: EntityManager, item: ItemId, sender: Principal, now: Date): Promise<void> {
    const lease = await this.of(tx, item, now)
    if (lease && lease.accountId !== sender.accountId) throw leasedByAnother(lease.leasedBy, lease.until)
  }

  /** Forgets the leases of an item that is decided, and those that ended long ago. */
  async end(tx: EntityManager, { lo, hi }: ItemId, now: Date): Promise<void> {
    await tx.query(
      `delete from review_lease where (lo = $1 and hi = $2) or until < $3::timestamptz - interval '1 day'`,
      [lo, hi, now],
    )
  }
}
