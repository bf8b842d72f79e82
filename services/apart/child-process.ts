import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'

const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 10_000
const STOP_BOUND_MS = 20_000

/** A program that runs as its own process and is started again when it ends by itself, as an orchestrator would. */
export class SupervisedProcess {
  private child: ChildProcess | undefined
  private stopping = false
  private pause = FIRST_PAUSE_MS

  constructor(
    readonly name: string,
    private readonly file: string,
    private readonly environment: Readonly<Record<string, string>>,
  ) {}

  start(): void {
    const startedAt = performance.now()
    const child = spawn(process.execPath, [this.file], {
      env: { ...pathOnly(), ...this.environment },
      stdio: ['ignore', 'inherit', 'inherit'],
      // In its own process group: Ctrl-C reaches this process alone, which then stops the others in order.
      detached: true,
    })
    this.child = child
    child.once('exit', (code, signal) => void this.ended(code, signal, performance.now() - startedAt))
  }

  async stop(): Promise<void> {
    this.stopping = true
    const { child } = this
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill('SIGTERM')
    const bound = setTimeout(() => child.kill('SIGKILL'), STOP_BOUND_MS)
    await exited
    clearTimeout(bound)
  }

  private async ended(code: number | null, signal: NodeJS.Signals | null, livedMs: number): Promise<void> {
    if (this.stopping) return
    this.pause = livedMs > 30_000 ? FIRST_PAUSE_MS : Math.min(this.pause * 2, LONGEST_PAUSE_MS)
    console.error(`${this.name} ended (${signal ?? code}); starting it again in ${this.pause} ms`)
    await sleep(this.pause)
    if (!this.stopping) this.start()
  }
}

/** A child gets what is meant for it, and of ours only what programs need to be found. */
function pathOnly(): Record<string, string> {
  return { PATH: process.env.PATH ?? '', NODE_ENV: process.env.NODE_ENV ?? 'production' }
}
