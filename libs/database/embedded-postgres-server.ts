import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type FileHandle, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { fileError } from './data-folder.ts'
import { type Binaries, ENVIRONMENT, program } from './embedded-postgres-binaries.ts'
import { isAlive } from './embedded-postgres-cluster.ts'
import type { Place, SystemUser } from './embedded-postgres-place.ts'

const run = promisify(execFile)

/** What a running server says of itself in `postmaster.pid`. */
export interface RunningServer {
  readonly pid: number
  /** Milliseconds since the epoch, of whole seconds. */
  readonly startedAt: number
  readonly port: number
  /** Empty where the server listens on TCP. */
  readonly socketFolder: string
  readonly status: string
}

/**
 * The server that runs on a data directory, if one does.
 *
 * A left-over `postmaster.pid` whose process id belongs to another program by now (after a reboot, in a new container)
 * is removed: PostgreSQL would take that program for a server and refuse to start.
 */
export async function findServer(data: string): Promise<RunningServer | undefined> {
  const server = await readServerFile(data)
  if (!server || !isAlive(server.pid)) return undefined
  if (await isServer(server.pid, data)) return server
  await rm(join(data, 'postmaster.pid'), { force: true })
  return undefined
}

async function readServerFile(data: string): Promise<RunningServer | undefined> {
  const content = await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')
  const [pid, , seconds, port, socketFolder = '', , , status = ''] = content.split('\n')
  if (!(Number(pid) > 0)) return undefined
  return {
    pid: Number(pid),
    startedAt: Number(seconds) * 1000,
    port: Number(port),
    socketFolder,
    status: status.trim(),
  }
}

/** True when the process is the PostgreSQL server of this data directory, and no other program with its id. */
async function isServer(pid: number, data: string): Promise<boolean> {
  if (process.platform === 'linux') {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    return command.split('\0').includes(data)
  }
  if (process.platform === 'win32') return isAlive(pid)
  const { stdout } = await run('ps', ['-p', String(pid), '-o', 'command=']).catch(() => ({ stdout: '' }))
  return stdout.includes(data)
}

/**
 * Spawns a server in a process group of its own, so that Ctrl-C in the terminal reaches us and not the server, which
 * has to outlive us until the last transaction is over.
 */
export async function spawnServer(
  { binaries, user }: Place,
  data: string,
  settings: Record<string, string>,
  logFile: string,
): Promise<ChildProcess> {
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const log = await openLog(logFile, user)
  try {
    const child = spawn(program(binaries, 'postgres'), ['-D', data, ...flags], {
      ...user,
      cwd: data,
      env: ENVIRONMENT,
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    })
    await once(child, 'spawn')
    child.unref()
    return child
  } finally {
    await log.close()
  }
}

const MAX_LOG_BYTES = 10 * 2 ** 20

async function openLog(path: string, user?: SystemUser): Promise<FileHandle> {
  try {
    if ((await logSize(path)) > MAX_LOG_BYTES) await rename(path, `${path}.1`)
    const log = await open(path, 'a', 0o600)
    // Root may start what a normal user starts the next time.
    if (user) await log.chown(user.uid, user.gid)
    return log
  } catch (error) {
    throw fileError(error, path)
  }
}

export async function logSize(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  )
}

/** The last lines that were logged after `offset` bytes. */
export async function logTail(path: string, offset: number): Promise<string> {
  const log = await readFile(path)
  const since = offset <= log.length ? log.subarray(offset) : log
  return since.toString('utf8').trim().split('\n').slice(-12).join('\n')
}

/** Waits until the server accepts connections (crash recovery included); undefined when it ended instead. */
export async function untilReady(child: ChildProcess, data: string): Promise<RunningServer | undefined> {
  while (child.exitCode === null && child.signalCode === null) {
    const server = await readServerFile(data)
    if (server?.pid === child.pid && server?.status === 'ready') return server
    await sleep(10)
  }
  return undefined
}

/** Ways to stop, and how long each is given: fast, with a checkpoint; at once, recovering later; by force. */
const STOPS = [
  { signal: 'SIGINT', milliseconds: 30_000 },
  { signal: 'SIGQUIT', milliseconds: 5_000 },
  { signal: 'SIGKILL', milliseconds: 5_000 },
] as const

/** Stops a server and waits for its end. */
export async function stopServer(pid: number, data: string, binaries: Binaries): Promise<void> {
  for (const { signal, milliseconds } of STOPS) {
    await signalServer(pid, signal, binaries)
    const until = Date.now() + milliseconds
    while (Date.now() < until) {
      if (!(await isServer(pid, data))) return
      await sleep(20)
    }
  }
  throw new Error(`PostgreSQL (process ${pid}) does not end`)
}

async function signalServer(pid: number, signal: 'SIGINT' | 'SIGQUIT' | 'SIGKILL', binaries: Binaries): Promise<void> {
  if (process.platform === 'win32') {
    // Windows has no signals; pg_ctl speaks with the server through a pipe.
    await run(program(binaries, 'pg_ctl'), ['kill', signal.slice(3), String(pid)]).catch(() => {})
    return
  }
  try {
    process.kill(pid, signal)
  } catch {
    // It has just ended; if not, the wait that follows finds out.
  }
}
