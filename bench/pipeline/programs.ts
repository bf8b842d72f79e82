import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** A program of the bench in its own process, which has told in its first line that it is ready. */
export interface Program {
  readonly firstLine: string
  /** Resident memory now, in MB; undefined where /proc is missing. */
  memoryMb(): number | undefined
  stop(): Promise<void>
}

export async function startProgram(file: string, args: readonly string[]): Promise<Program> {
  const path = fileURLToPath(new URL(file, import.meta.url))
  const child = spawn(process.execPath, ['--max-semi-space-size=32', path, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout! })
  const [firstLine] = await Promise.race([once(lines, 'line'), once(child, 'exit').then(() => [undefined])])
  if (firstLine === undefined) throw new Error(`${file} did not start`)
  return { firstLine, memoryMb: () => memoryOf(child), stop: () => stop(child) }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  await exited
}

function memoryOf({ pid }: ChildProcess): number | undefined {
  try {
    const kilobytes = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return kilobytes === undefined ? undefined : Number(kilobytes) / 1_024
  } catch {
    return undefined
  }
}
