import { chown, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from 'pg'
import { codeOf, DataFolderError, diskFull, openDataFolder, SecondInstanceError } from './data-folder.ts'
import { findBinaries, unsupportedPlatform } from './embedded-postgres-binaries.ts'
import { type Cluster, isAlive, openCluster } from './embedded-postgres-cluster.ts'
import { takeInstanceLock, urlOf } from './embedded-postgres-lock.ts'
import { choosePlace, type Place } from './embedded-postgres-place.ts'
import { findServer, logSize, logTail, spawnServer, stopServer, untilReady } from './embedded-postgres-server.ts'

export interface EmbeddedPostgresOptions {
  /** Created where it is missing. */
  readonly dataFolder: string
  /** False gives up all durability for speed; only for specs. */
  readonly fsync?: boolean
  /** PostgreSQL settings that replace ours. */
  readonly settings?: Record<string, string>
  /** Called once when the server dies underneath us; not after `stop()`. */
  readonly onExit?: (error: DataFolderError) => void
}

export interface EmbeddedPostgres {
  /** The database `ruhui`, for pg and TypeORM. */
  readonly url: string
  readonly pid: number
  readonly logFile: string
  /** Where the database lies: usually `postgres` in the data folder. */
  readonly clusterFolder: string
  /** Creates a database where it is missing and returns its URL. */
  createDatabase(name: string): Promise<string>
  /** Ends all sessions, writes a checkpoint and waits for the end of the server. */
  stop(): Promise<void>
}

/** How long a start tries again while an earlier server's processes are still ending. */
const PATIENCE_MS = 20_000

/** A server this young is no orphan yet: the instance that started it is about to take the lock. */
const GRACE_MS = 2_000

const SETTINGS = {
  max_connections: '200',
  shared_buffers: '128MB',
  // Deciding who is who locks each record of a batch.
  max_locks_per_transaction: '256',
  max_wal_size: '1GB',
  min_wal_size: '256MB',
  checkpoint_timeout: '15min',
  random_page_cost: '1.1',
  jit: 'off',
  idle_in_transaction_session_timeout: '60s',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // Details of errors quote column values, which may be personal data.
  log_error_verbosity: 'terse',
}

const NOT_DURABLE = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }

/**
 * Starts the PostgreSQL that came with npm on a data folder, making the cluster on the first start.
 *
 * A server that a killed process left running is stopped first, and PostgreSQL recovers from a crash by itself. Who
 * holds an advisory lock on the server is the one instance that uses the folder.
 *
 * @throws DataFolderError; SecondInstanceError when another process uses the folder
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const dataFolder = await openDataFolder(options.dataFolder)
  const place = await choosePlace(dataFolder, await findBinaries())
  const cluster = await openCluster(place, options.fsync !== false)
  const until = Date.now() + PATIENCE_MS
  for (;;) {
    await endOrphan(place, cluster, dataFolder)
    const started = await launch(place, cluster, join(dataFolder, 'postgres.log'), options)
    if ('server' in started) return started.server
    if (Date.now() > until) throw notStarted(dataFolder, started.log)
    await sleep(50)
  }
}

/** Stops a server that nobody uses any more. */
async function endOrphan(place: Place, cluster: Cluster, dataFolder: string): Promise<void> {
  const until = Date.now() + PATIENCE_MS
  for (;;) {
    const server = await findServer(cluster.data)
    if (!server) return
    if (server.status === 'ready') {
      const { socketFolder, port } = server
      const lock = await takeInstanceLock(urlOf(cluster, socketFolder, port, 'postgres'))
      if (lock === 'taken') throw new SecondInstanceError(dataFolder)
      if (lock && Math.abs(Date.now() - server.startedAt) < GRACE_MS) {
        await lock.end()
      } else if (lock) {
        await stopServer(server.pid, cluster.data, place.binaries)
        await lock.end()
        await removeSocketFolder(socketFolder, place)
        return
      }
    }
    // Just started by another instance, or stopping on behalf of the one before us.
    if (Date.now() > until) throw new SecondInstanceError(dataFolder)
    await sleep(50)
  }
}

type Launch = { readonly server: EmbeddedPostgres } | { readonly log: string }

/** Starts a server; returns what it logged when it has to be tried again. */
async function launch(
  place: Place,
  cluster: Cluster,
  logFile: string,
  options: EmbeddedPostgresOptions,
): Promise<Launch> {
  const socketFolder = await chooseSocketFolder(place)
  const port = socketFolder ? 5432 : await freePort()
  const settings = {
    ...SETTINGS,
    ...(options.fsync === false ? NOT_DURABLE : {}),
    ...options.settings,
    port: String(port),
    listen_addresses: socketFolder ? '' : '127.0.0.1',
    ...(socketFolder ? { unix_socket_directories: socketFolder, unix_socket_permissions: '0700' } : {}),
  }
  const logged = await logSize(logFile)
  const child = await spawnServer(place, cluster.data, settings, logFile).catch((error) => {
    throw codeOf(error) === 'ENOENT' ? unsupportedPlatform(`${process.platform}-${process.arch}`, error) : error
  })
  const ready = await untilReady(child, cluster.data)
  const lock = ready && (await takeInstanceLock(urlOf(cluster, socketFolder, port, 'postgres')))
  if (lock && lock !== 'taken') {
    const server = await serve(place, cluster, logFile, { lock, pid: child.pid!, socketFolder, port }, options.onExit)
    return { server }
  }
  await removeSocketFolder(socketFolder, place)
  const log = await logTail(logFile, logged)
  if (!ready && !/pre-existing shared memory block|lock file ".*" (already exists|is empty)/.test(log)) {
    throw notStarted(place.cluster, log)
  }
  return { log }
}

interface Running {
  readonly lock: Client
  readonly pid: number
  readonly socketFolder: string
  readonly port: number
}

async function serve(
  place: Place,
  cluster: Cluster,
  logFile: string,
  { lock, pid, socketFolder, port }: Running,
  onExit?: (error: DataFolderError) => void,
): Promise<EmbeddedPostgres> {
  let stopped: Promise<void> | undefined
  lock.once('end', () => {
    if (!stopped) onExit?.(serverLost(logFile))
  })
  // An exit without stop(), as after an uncaught exception, should not leave the server behind.
  const interrupt = () => {
    if (isAlive(pid)) process.kill(pid, 'SIGINT')
  }
  process.once('exit', interrupt)

  const createDatabase = async (name: string) => {
    const { rowCount } = await lock.query('select from pg_database where datname = $1', [name])
    if (!rowCount) await lock.query(`create database ${lock.escapeIdentifier(name)}`)
    return urlOf(cluster, socketFolder, port, name)
  }
  const stop = async () => {
    process.off('exit', interrupt)
    await stopServer(pid, cluster.data, place.binaries)
    await lock.end()
    await removeSocketFolder(socketFolder, place)
  }
  const server = {
    url: urlOf(cluster, socketFolder, port, 'ruhui'),
    pid,
    logFile,
    clusterFolder: place.cluster,
    createDatabase,
    stop() {
      stopped ??= stop()
      return stopped
    },
  }
  try {
    await createDatabase('ruhui')
    return server
  } catch (error) {
    await server.stop()
    throw codeOf(error) === '53100' ? diskFull(place.cluster, error) : error
  }
}

/** The longest path of a socket on macOS (104 bytes with the closing zero; Linux allows 108). */
const MAX_SOCKET_PATH = 103

/**
 * The private folder of the server's socket: the cluster's own, or a fresh one in /tmp where that path is too long.
 * Empty on Windows, where the server listens on 127.0.0.1.
 */
async function chooseSocketFolder({ cluster, user }: Place): Promise<string> {
  if (process.platform === 'win32') return ''
  if (Buffer.byteLength(join(cluster, '.s.PGSQL.5432')) <= MAX_SOCKET_PATH) return cluster
  const folder = await mkdtemp('/tmp/ruhui-')
  if (user) await chown(folder, user.uid, user.gid)
  return folder
}

async function removeSocketFolder(socketFolder: string, { cluster }: Place): Promise<void> {
  if (socketFolder && socketFolder !== cluster) await rm(socketFolder, { recursive: true, force: true })
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as { port: number }
  await new Promise((done) => server.close(done))
  return port
}

function notStarted(folder: string, log: string): DataFolderError {
  if (log.includes('No space left on device')) return diskFull(folder)
  return new DataFolderError(
    'not_started',
    `${folder} 中的数据库未能启动。日志末尾：\n${log}`,
    `The database in ${folder} does not start. The log ends with:\n${log}`,
  )
}

function serverLost(logFile: string): DataFolderError {
  return new DataFolderError(
    'server_lost',
    `数据库意外停止，详见 ${logFile}。重新启动即可恢复，已提交的数据不会丢失。`,
    `The database has stopped unexpectedly; see ${logFile}. Start again: nothing that was committed is lost.`,
  )
}
