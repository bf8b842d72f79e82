import { setTimeout as sleep } from 'node:timers/promises'
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common'
import { DataSource } from 'typeorm'
import { transact } from '#libs/database'
import { RecordStore } from '../records/record-store.ts'
import type { Cause } from './partition-events.ts'
import { Partitioning } from './partitioning.ts'

const PAUSE_MS = 1_000

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
  ) {}

  onApplicationBootstrap(): void {
    this.running = this.loop()
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping.abort()
    await this.running
  }

  /** Decides about the component that waits longest; false when none does. */
  async next(now: Date): Promise<boolean> {
    return transact(this.dataSource, async (tx) => {
      const [first]: { id: string; cause: Cause; trace: string | null }[] = await tx.query(
        `select record_id as id, cause, trace from deferred_record order by deferred_at, record_id limit 1`,
      )
      if (!first) return false
      const corrected: { id: string; trace: string | null }[] = await tx.query(
        `select record_id as id, trace from deferred_record where cause = 'correction'`,
      )
      const traces = new Map([first, ...corrected].map(({ id, trace }) => [id, trace]))
      const contents = await this.records.contents(tx, [first.id])
      const { clusters } = await this.partitioning.recompute(
        tx,
        {
          cause: first.cause,
          seeds: [first.id],
          // Those that lie in other components are not spoken of here.
          restated: corrected.map(({ id }) => id),
          contents,
          traceOf: (id) => traces.get(id) ?? null,
          maxComponent: Number.POSITIVE_INFINITY,
        },
        now,
      )
      const done = [first.id, ...clusters.flatMap(({ members }) => members.map(({ id }) => id))]
      await tx.query(`delete from deferred_record where record_id = any($1)`, [done])
      const records = done.length - 1
      this.logger.warn({ msg: 'a component too large to be decided at once was decided aside', records })
      return true
    })
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
