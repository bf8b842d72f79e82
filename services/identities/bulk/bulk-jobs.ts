import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common'
import { DataSource, type QueryRunner } from 'typeorm'
import { v7 as uuidv7 } from 'uuid'
import { type Bilingual, DomainError } from '#libs/platform'
import type { Progress } from './record-linker.ts'

export const jobKinds = ['rebuild', 'train', 'activate'] as const
export const jobStates = ['running', 'done', 'failed'] as const

/** Work on all records, as its operator sees it. */
export interface BulkJob {
  readonly jobId: string
  readonly kind: (typeof jobKinds)[number]
  readonly state: (typeof jobStates)[number]
  readonly epoch: number | null
  readonly stage: string
  /** How far the stage is, 0 … 1. */
  readonly share: number
  readonly result: Record<string, unknown> | null
  readonly error: Bilingual | null
  readonly startedBy: string
  readonly startedAt: Date
  readonly finishedAt: Date | null
}

const COLUMNS = `id as "jobId", kind, state, epoch, stage, share, result, error, started_by as "startedBy",
  started_at as "startedAt", finished_at as "finishedAt"`

/** Held by whoever works on all records, in whichever process: only one may. Its end releases it, however it comes. */
const LOCK = `hashtextextended('bulk job', 0)`

const BETWEEN_NOTES_MS = 500

const ENDED: Bilingual = {
  zh: '服务在任务完成前停止，未做任何更改，请重新启动该任务',
  en: 'The service stopped before the work was done; nothing was changed: start it again',
}

/** Runs work on all records in the background: one at a time, and kept track of in the database. */
@Injectable()
export class BulkJobs implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(BulkJobs.name)
  private running: Promise<void> = Promise.resolve()
  private stopping = false

  constructor(private readonly dataSource: DataSource) {}

  /** Says of work that ended with its process that it did. */
  async onApplicationBootstrap(): Promise<void> {
    const runner = await this.locked()
    if (runner) await unlock(runner)
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping = true
    await this.running
  }

  /**
   * Starts work and returns at once. What the work returns is kept as its result.
   *
   * @throws {DomainError} `bulk_job_running`
   */
  async start(
    { kind, epoch = null, startedBy }: { kind: BulkJob['kind']; epoch?: number | null; startedBy: string },
    work: (progress: Progress) => Promise<object>,
  ): Promise<BulkJob> {
    const runner = await this.locked()
    if (!runner) {
      throw new DomainError('conflict', 'bulk_job_running', {
        zh: '已有一个全量任务在运行，请等它完成后再试',
        en: 'Other work on all records is under way: wait until it is done',
      })
    }
    const id = uuidv7()
    let begun: BulkJob
    try {
      await this.dataSource.query(
        `insert into bulk_job (id, kind, state, epoch, stage, share, started_by, started_at)
         values ($1, $2, 'running', $3, 'reading', 0, $4, now())`,
        [id, kind, epoch, startedBy],
      )
      begun = await this.one(id)
    } catch (error) {
      await unlock(runner)
      throw error
    }
    this.running = this.carryOut(id, work).finally(() => unlock(runner))
    return begun
  }

  /** @throws {DomainError} `no_such_job` */
  async one(id: string): Promise<BulkJob> {
    const [job] = await this.dataSource.query(`select ${COLUMNS} from bulk_job where id = $1`, [id])
    if (job) return job
    throw new DomainError('not_found', 'no_such_job', {
      zh: '没有这个任务，请核对编号',
      en: 'There is no such work: check the id',
    })
  }

  /** The one that was started last, of some kinds. */
  async latest(kinds: readonly BulkJob['kind'][]): Promise<BulkJob | null> {
    const [job] = await this.dataSource.query(
      `select ${COLUMNS} from bulk_job where kind = any($1) order by id desc limit 1`,
      [kinds],
    )
    return job ?? null
  }

  private async carryOut(id: string, work: (progress: Progress) => Promise<object>): Promise<void> {
    const notes = new Notes((stage, share) =>
      this.dataSource.query(`update bulk_job set stage = $2, share = $3 where id = $1`, [id, stage, share]),
    )
    try {
      const result = await work((stage, share) => {
        if (this.stopping) throw new DomainError('conflict', 'bulk_job_stopped', ENDED)
        notes.take(stage, share)
      })
      await notes.end()
      await this.end(id, 'done', result, null)
    } catch (error) {
      await notes.end()
      const known = error instanceof DomainError
      if (!known) this.logger.error({ msg: 'work on all records failed', jobId: id, error })
      const say = known
        ? error.say
        : { zh: '任务失败，未做任何更改，详情见日志', en: 'The work failed and changed nothing: see the log' }
      await this.end(id, 'failed', null, say).catch((failure: unknown) =>
        this.logger.error({ msg: 'the end of a job could not be noted', jobId: id, error: failure }),
      )
    }
  }

  private async end(
    id: string,
    state: BulkJob['state'],
    result: object | null,
    error: Bilingual | null,
  ): Promise<void> {
    await this.dataSource.query(
      `update bulk_job set state = $2, result = $3, error = $4, share = case when $2 = 'done' then 1 else share end,
         finished_at = now() where id = $1`,
      [id, state, result && JSON.stringify(result), error && JSON.stringify(error)],
    )
  }

  /** A connection that holds the lock, undefined when another one does. Whatever still counts as running has ended then. */
  private async locked(): Promise<QueryRunner | undefined> {
    const runner = this.dataSource.createQueryRunner()
    const [row] = await runner.query(`select pg_try_advisory_lock(${LOCK}) as locked`)
    if (!row.locked) {
      await runner.release()
      return undefined
    }
    await runner.query(
      `update bulk_job set state = 'failed', error = $1, finished_at = now() where state = 'running'`,
      [JSON.stringify(ENDED)],
    )
    return runner
  }
}

async function unlock(runner: QueryRunner): Promise<void> {
  await runner.query(`select pg_advisory_unlock(${LOCK})`).catch(() => {})
  await runner.release()
}

/** Writes down how far work is, now and then: work goes on meanwhile. */
class Notes {
  private last = 0
  private stage = ''
  private writing: Promise<unknown> = Promise.resolve()

  constructor(private readonly write: (stage: string, share: number) => Promise<unknown>) {}

  take(stage: string, share: number): void {
    const now = performance.now()
    if (stage === this.stage && now - this.last < BETWEEN_NOTES_MS) return
    this.stage = stage
    this.last = now
    this.writing = this.writing.then(() => this.write(stage, share)).catch(() => {})
  }

  async end(): Promise<void> {
    await this.writing
  }
}
