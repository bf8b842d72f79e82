import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common'
import { DataSource, type QueryRunner } from 'typeorm'
import { v7 as uuidv7 } from 'uuid'
import { isDatabaseOutage } from '#libs/database'
import { type Bilingual, DomainError } from '#libs/platform'
import { ProgressNotes } from './progress-notes.ts'

export const jobKinds = ['rebuild', 'train', 'activate'] as const
export const jobStates = ['running', 'done', 'failed'] as const

/** Told how far a step is, 0 … 1. Throws when the work is to end. */
export type Progress = (stage: 'reading' | 'training' | 'scoring' | 'comparing' | 'writing', share: number) => void

/** What work on all records is carried out with. */
export interface JobContext {
  readonly progress: Progress
  /**
   * The session that holds the lock on such work. What the work stages lies in temporary tables of this session, and what it
   * changes it changes here: without the session nothing of it is left that could do harm beside other work.
   */
  readonly session: QueryRunner
}

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

const ENDED: Bilingual = {
  zh: '服务在任务完成前停止，未做任何更改，请重新启动该任务',
  en: 'The service stopped before the work was done; nothing was changed: start it again',
}

const FAILED: Bilingual = {
  zh: '任务失败，未做任何更改，详情见日志',
  en: 'The work failed and changed nothing: see the log',
}

const LOST: Bilingual = {
  zh: '数据库连接在任务完成前中断，未做任何更改，请重新启动该任务',
  en: 'The connection to the database was lost before the work was done; nothing was changed: start it again',
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
    const session = await this.locked()
    if (session) await unlock(session)
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
    work: (context: JobContext) => Promise<object>,
  ): Promise<BulkJob> {
    const session = await this.locked()
    if (!session) {
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
      await unlock(session)
      throw error
    }
    this.running = this.carryOut(id, session, work).finally(() => unlock(session))
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

  private async carryOut(
    id: string,
    session: QueryRunner,
    work: (context: JobContext) => Promise<object>,
  ): Promise<void> {
    const notes = new ProgressNotes((stage, share) =>
      this.dataSource.query(`update bulk_job set stage = $2, share = $3 where id = $1`, [id, stage, share]),
    )
    try {
      const progress: Progress = (stage, share) => {
        if (this.stopping) throw new DomainError('conflict', 'bulk_job_stopped', ENDED)
        if (session.isReleased) throw new DomainError('conflict', 'bulk_job_lost', LOST)
        notes.take(stage, share)
      }
      const result = await work({ progress, session })
      await notes.end()
      await this.end(id, 'done', result, null)
    } catch (error) {
      await notes.end()
      const known = error instanceof DomainError
      if (!known) this.logger.error({ msg: 'work on all records failed', jobId: id, error })
      await this.end(id, 'failed', null, known ? error.say : isDatabaseOutage(error) ? LOST : FAILED).catch(
        (failure: unknown) =>
          this.logger.error({ msg: 'the end of a job could not be noted', jobId: id, error: failure }),
      )
    }
  }

  /** Notes how a job ended. What was done counts, even if another job held this one for ended. */
  private async end(
    id: string,
    state: BulkJob['state'],
    result: object | null,
    error: Bilingual | null,
  ): Promise<void> {
    await this.dataSource.query(
      `update bulk_job set state = $2, result = $3, error = $4, share = case when $2 = 'done' then 1 else share end,
         finished_at = now() where id = $1 and ($2 = 'done' or state = 'running')`,
      [id, state, result && JSON.stringify(result), error && JSON.stringify(error)],
    )
  }

  /** A connection that holds the lock, undefined when another one does. Whatever still counts as running has ended then. */
  private async locked(): Promise<QueryRunner | undefined> {
    const session = this.dataSource.createQueryRunner()
    try {
      const [row] = await session.query(`select pg_try_advisory_lock(${LOCK}) as locked`)
      if (!row.locked) {
        await session.release()
        return undefined
      }
      // Staging millions of pairs takes longer than a statement usually may.
      await session.query(`set transaction_timeout = 0`)
      await session.query(
        `update bulk_job set state = 'failed', error = $1, finished_at = now() where state = 'running'`,
        [JSON.stringify(ENDED)],
      )
      return session
    } catch (error) {
      await unlock(session)
      throw error
    }
  }
}

/** Leaves nothing of the work in its session: neither what it staged, also when it failed, nor its lock. */
async function unlock(session: QueryRunner): Promise<void> {
  for (const statement of ['discard temp', 'reset transaction_timeout', `select pg_advisory_unlock(${LOCK})`]) {
    await session.query(statement).catch(() => {})
  }
  await session.release()
}
