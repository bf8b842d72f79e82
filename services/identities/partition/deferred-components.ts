import { setTimeout as sleep } from 'node:timers/promises'
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common'
import { DataSource, type EntityManager } from 'typeorm'
import { transact } from '#libs/database'
import { ActiveModel } from '../evidence/active-model.ts'
import { RecordStore } from '../records/record-store.ts'
import { JOINED } from './neighbourhood-statements.ts'
import type { Cause } from './partition-events.ts'
import { Partitioning } from './partitioning.ts'

const PAUSE_MS = 1_000

/** All records of the component of record `$1`; `$2` is the weight that joins. */
const COMPONENT = `with recursive component (id) as (
  select $1::uuid
  union
  select n.id from component c cross join lateral (${JOINED.replaceAll('$3', '$2')}) n)`

/** A record that stands for its component. */
interface Waiting {
  readonly id: string
  readonly cause: Cause
  readonly trace: string | null
  readonly undone: Date | null
}

/** Decides about components that are too large to be decided while others wait: one at a time, beside the rest. */
@Injectable()
export class DeferredComponents implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(DeferredComponents.name)
  private readonly stopping = new AbortController()
  private running: Promise<void> = Promise.resolve()

  constructor(
    private readonly dataSource: DataSource,
    private readonly records: RecordStore,
    private readonly partitioning: Partitioning,
    private readonly activeModel: ActiveModel,
  ) {}

  onApplicationBootstrap(): void {
    this.running = this.loop()
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping.abort()
    await this.running
  }

  /**
   * Decides about the component that waits longest; false when none does. One that can't be decided goes behind the others.
   *
   * @throws whatever the decision failed for
   */
  async next(now: Date): Promise<boolean> {
    const [first]: Waiting[] = await this.dataSource.query(
      `select record_id as id, cause, trace, undone from deferred_record
       order by coalesce(tried_at, deferred_at), record_id limit 1`,
    )
    if (!first) return false
    try {
      await transact(this.dataSource, (tx) => this.decide(tx, first, now))
    } catch (error) {
      await this.moveBack(first.id, now)
      throw error
    }
    return true
  }

  private async decide(tx: EntityManager, { id, cause, trace }: Waiting, now: Date): Promise<void> {
    const { thresholds } = await this.activeModel.current()
    const waiting: (Waiting & { readonly row: string })[] = await tx.query(
      `${COMPONENT} select record_id as id, cause, trace, undone, xmin::text as row from deferred_record
       where record_id in (select id from component)`,
      [id, thresholds.merge],
    )
    const corrected = waiting.filter((each) => each.cause === 'correction')
    const traces = new Map([{ id, trace }, ...corrected].map((each) => [each.id, each.trace]))
    const [undone] = waiting.flatMap((each) => each.undone ?? []).sort((x, y) => x.getTime() - y.getTime())
    const { clusters } = await this.partitioning.recompute(
      tx,
      {
        cause,
        seeds: [id],
        restated: corrected.map((each) => each.id),
        contents: await this.records.contents(tx, [id]),
        traceOf: (of) => traces.get(of) ?? null,
        maxComponent: Number.POSITIVE_INFINITY,
        undone,
      },
      now,
    )
    const records = new Set(clusters.flatMap(({ members }) => members.map((member) => member.id)))
    const done = waiting.filter((each) => each.id === id || records.has(each.id))
    // Only as they were read: a correction or an undoing that came meanwhile was not part of it, and waits on.
    await tx.query(
      `delete from deferred_record using unnest($1::uuid[], $2::text[]) as done (id, row)
       where record_id = done.id and deferred_record.xmin::text = done.row`,
      [done.map((each) => each.id), done.map((each) => each.row)],
    )
    this.logger.warn({
      msg: 'a component too large to be decided at once was decided aside',
      records: records.size,
    })
  }

  /** Lets all others that wait go first: this record, then whatever else waits of its component, too large as that may be. */
  private async moveBack(id: string, now: Date): Promise<void> {
    await this.dataSource.query(`update deferred_record set tried_at = $2 where record_id = $1`, [id, now])
    const { thresholds } = await this.activeModel.current()
    await this.dataSource.query(
      `${COMPONENT} update deferred_record set tried_at = $3 where record_id in (select id from component)`,
      [id, thresholds.merge, now],
    )
  }

  private async loop(): Promise<void> {
    const { signal } = this.stopping
    while (!signal.aborted) {
      const found = await this.next(new Date()).catch((error: unknown) => {
        this.logger.error({ msg: 'deciding about a large component failed and will be tried again', error })
        return false
      })
      if (!found) await sleep(PAUSE_MS, undefined, { signal }).catch(() => {})
    }
  }
}
