import type { DataSource, EntityManager } from 'typeorm'
import { arrayOf, REFUSE_UNLESS, withCommit } from '#libs/database'
import { PARTITIONS } from './event-log.ts'
import type { Position } from './logged-event.ts'

/** A partition that this process may read, until somebody takes it with a higher epoch. */
export interface OwnedPartition {
  readonly epoch: string
  position: Position
}

/** How long the report of a process that came to its end unnoticed is kept. */
const FORGET_AFTER = '1 day'

/**
 * Divides the partitions of one subscription among the processes that serve it.
 *
 * Every process reports itself, computes from the list of live ones which partitions are its own, gives up others and
 * claims its own once they are free or their owner has not reported for a lease's time. Each claim raises the
 * partition's epoch, and a position moves only under the epoch it was claimed with: a process that slept past its
 * lease can't commit anything. All times are the database's.
 */
export class PartitionOwnership {
  readonly owned = new Map<number, OwnedPartition>()

  constructor(
    private readonly dataSource: DataSource,
    /** Names the reader and what it reads, such as `identities<registrations`. */
    private readonly name: string,
    private readonly owner: string,
    private readonly leaseMs: number,
  ) {}

  /** Creates the rows of a new subscription: it reads from the beginning of the log. */
  async prepare(): Promise<void> {
    await this.dataSource.query(
      `insert into subscription (name, partition) select $1, generate_series(0, $2::int - 1) on conflict do nothing`,
      [this.name, PARTITIONS],
    )
    await this.dataSource.query(
      `delete from subscriber where name = $1 and seen_at < clock_timestamp() - $2::interval`,
      [this.name, FORGET_AFTER],
    )
  }

  /** Reports this process as alive and forgets what others have taken; must run more often than a lease lasts. */
  async report(): Promise<void> {
    const before = [...this.owned]
    await this.dataSource.query(
      `insert into subscriber (name, owner, seen_at) values ($1, $2, clock_timestamp())
       on conflict (name, owner) do update set seen_at = excluded.seen_at`,
      [this.name, this.owner],
    )
    const rows: { partition: number; epoch: string }[] = await this.dataSource.query(
      `select partition, epoch::text from subscription where name = $1 and owner = $2`,
      [this.name, this.owner],
    )
    const still = new Map(rows.map(({ partition, epoch }) => [partition, epoch]))
    for (const [partition, claimed] of before) {
      // What was claimed again meanwhile is another object.
      const taken = still.get(partition) !== claimed.epoch && this.owned.get(partition) === claimed
      if (taken) this.owned.delete(partition)
    }
  }

  /** Moves partitions to where they belong among the live processes; to be called between two batches. */
  async balance(): Promise<void> {
    const members: { owner: string }[] = await this.dataSource.query(
      `select owner from subscriber
       where name = $1 and seen_at > clock_timestamp() - $2 * interval '1 ms' order by owner`,
      [this.name, this.leaseMs],
    )
    const turn = members.findIndex(({ owner }) => owner === this.owner)
    const belongs = (partition: number) => turn >= 0 && partition % members.length === turn
    await this.release([...this.owned.keys()].filter((partition) => !belongs(partition)))
    await this.claim([...Array(PARTITIONS).keys()].filter((p) => belongs(p) && !this.owned.has(p)))
  }

  /** Gives partitions up at once, so that others need not wait for the lease to run out. */
  async release(partitions = [...this.owned.keys()]): Promise<void> {
    if (partitions.length === 0) return
    await this.dataSource.query(
      `update subscription set owner = null where name = $1 and partition = any($2) and owner = $3`,
      [this.name, partitions, this.owner],
    )
    for (const partition of partitions) this.owned.delete(partition)
  }

  /** Ends this process's part: the others take its partitions over with their next look. */
  async leave(): Promise<void> {
    await this.release()
    await this.dataSource.query('delete from subscriber where name = $1 and owner = $2', [this.name, this.owner])
  }

  /**
   * Moves positions with the commit of the effect. This is the fence: the transaction fails with {@link Fenced} when a partition
   * belongs to somebody else by now.
   */
  advance(tx: EntityManager, positions: readonly Position[]): void {
    withCommit(tx, () => ({
      name: 'advance positions',
      text: `with moved as (
         update subscription s set xid = p.xid, id = p.id, day = p.day
         from unnest($2::smallint[], $3::bigint[], $4::xid8[], $5::bigint[], $6::date[])
           as p (partition, epoch, xid, id, day)
         where s.name = $1 and s.partition = p.partition and s.epoch = p.epoch returning 1)
       select ${REFUSE_UNLESS('count(*) = cardinality($2)')} from moved`,
      values: [
        this.name,
        arrayOf(positions.map((position) => position.partition)),
        arrayOf(positions.map((position) => this.owned.get(position.partition)?.epoch ?? -1)),
        arrayOf(positions.map((position) => position.xid)),
        arrayOf(positions.map((position) => position.id)),
        arrayOf(positions.map((position) => position.day)),
      ],
      refused: () => new Fenced(`${this.name}: a partition was taken over by another process`),
    }))
  }

  /** Keeps others from claiming these partitions before the transaction ends. @throws {Fenced} when one is no longer ours */
  async hold(tx: EntityManager, partitions: readonly number[]): Promise<void> {
    const held: unknown[] = await tx.query(
      `select from subscription s
       join unnest($2::smallint[], $3::bigint[]) as p (partition, epoch) using (partition, epoch)
       where s.name = $1 for share of s`,
      [this.name, partitions, partitions.map((partition) => this.owned.get(partition)?.epoch ?? -1)],
    )
    if (held.length !== partitions.length) throw new Fenced(`${this.name}: a partition was taken over`)
  }

  /** Remembers positions that were committed. */
  advanced(positions: readonly Position[]): void {
    for (const position of positions) {
      const owned = this.owned.get(position.partition)
      if (owned) owned.position = position
    }
  }

  private async claim(partitions: number[]): Promise<void> {
    if (partitions.length === 0) return
    const [rows]: [(Position & { epoch: string })[], number] = await this.dataSource.query(
      `update subscription s set owner = $2, epoch = epoch + 1
       where name = $1 and partition = any($4) and (owner is null or owner = $2 or not exists (
         select from subscriber o
         where o.name = s.name and o.owner = s.owner and o.seen_at > clock_timestamp() - $3 * interval '1 ms'))
       returning partition, epoch::text, xid::text, id::text, day::text`,
      [this.name, this.owner, this.leaseMs, partitions],
    )
    for (const { epoch, ...position } of rows) this.owned.set(position.partition, { epoch, position })
  }
}

/** Another process has taken the partition over: what this one was doing must not commit. */
export class Fenced extends Error {
  override readonly name = 'Fenced'
}
