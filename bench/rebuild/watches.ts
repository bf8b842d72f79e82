import type { Client } from 'pg'
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

/** Watches for how long a session holds the lock of the epoch, until its commit; tells seconds. */
export async function underLock(session: QueryRunner): Promise<() => number> {
  const client: Client = await session.connect()
  let from = 0
  let seconds = 0
  const query = client.query as (...args: unknown[]) => unknown
  const watched = (...args: unknown[]) => {
    const [statement] = args as [string | { readonly text: string }]
    const sql = typeof statement === 'string' ? statement : statement.text
    const started = performance.now()
    const answer = query(...args)
    if (!(answer instanceof Promise)) return answer
    void answer.then(
      () => {
        const ended = performance.now()
        if (from > 0 && ended - started > 500) {
          const took = ((ended - started) / 1000).toFixed(1)
          console.error(`  ${took} s under the lock: ${sql.trim().replaceAll(/\s+/g, ' ').slice(0, 70)}`)
        }
        if (sql.includes('model epoch') && sql.includes('pg_advisory_xact_lock(')) from = ended
        if (sql === 'commit' && from > 0) {
          seconds = (ended - from) / 1000
          from = 0
        }
      },
      () => {},
    )
    return answer
  }
  client.query = watched as typeof client.query
  return () => seconds
}
