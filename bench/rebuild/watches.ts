import type { QueryRunner } from 'typeorm'

const BEAT_MS = 5

/** How long the event loop let others wait at most, and what memory the process held at most, the database apart. */
export class ProcessWatch {
  private longest = 0
  private memory = 0
  private ofStage = 0
  private stage = 'start'
  private last = performance.now()
  private readonly beat = setInterval(() => this.look(), BEAT_MS)

  /** Tells the longest stall of the stage that ends here. */
  enter(stage: string): void {
    this.look()
    console.error(`  longest stall while ${this.stage}: ${this.ofStage.toFixed(0)} ms`)
    this.stage = stage
    this.ofStage = 0
  }

  /** The longest stall in ms, and the most memory in MB. */
  end(): { readonly stall: number; readonly memory: number } {
    clearInterval(this.beat)
    this.enter('')
    return { stall: this.longest, memory: this.memory / 2 ** 20 }
  }

  private look(): void {
    const now = performance.now()
    const stall = Math.max(0, now - this.last - BEAT_MS)
    this.last = now
    this.ofStage = Math.max(this.ofStage, stall)
    this.longest = Math.max(this.longest, stall)
    this.memory = Math.max(this.memory, process.memoryUsage.rss())
  }
}

/** Watches for how long a session holds the lock of the epoch; tells seconds. */
export function underLock(session: QueryRunner): () => number {
  let from = 0
  let seconds = 0
  const query = session.query.bind(session)
  session.query = async (sql: string, ...rest: unknown[]) => {
    const started = performance.now()
    const answer = await (query as (sql: string, ...rest: unknown[]) => Promise<unknown>)(sql, ...rest)
    if (sql.includes('model epoch') && sql.includes('pg_advisory_xact_lock(')) from = performance.now()
    if (from > 0 && performance.now() - started > 500) {
      const took = ((performance.now() - started) / 1000).toFixed(1)
      console.error(`  ${took} s under the lock: ${sql.trim().replaceAll(/\s+/g, ' ').slice(0, 70)}`)
    }
    return answer as never
  }
  const commit = session.commitTransaction.bind(session)
  session.commitTransaction = async () => {
    await commit()
    if (from > 0) seconds = (performance.now() - from) / 1000
    from = 0
  }
  return () => seconds
}
