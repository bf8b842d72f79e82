import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chown, mkdtemp, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { codeOf, DataFolderError, diskFull, fileError } from './data-folder.ts'
import { ENVIRONMENT, majorVersion, program, unsupportedPlatform } from './embedded-postgres-binaries.ts'
import type { Place } from './embedded-postgres-place.ts'

const run = promisify(execFile)

/** The database superuser, which the services connect as: the cluster is theirs alone. */
export const DATABASE_USER = 'ruhui'

/** A database cluster on disk. */
export interface Cluster {
  /** PostgreSQL's data directory. */
  readonly data: string
  readonly password: string
}

/**
 * Opens the cluster of a place, or makes it.
 *
 * It is made under another name and renamed when complete, so that whatever interrupts the making leaves no half
 * cluster behind; leftovers are removed here.
 *
 * @param durable false: does not wait for the disk
 * @throws DataFolderError
 */
export async function openCluster(place: Place, durable: boolean): Promise<Cluster> {
  try {
    await removeDrafts(place.cluster)
    if (!(await exists(place.cluster))) await makeCluster(place, durable)
    if (place.user && (await stat(place.cluster)).uid !== place.user.uid) {
      // Root copied or restored it.
      await run('chown', ['-R', `${place.user.uid}:${place.user.gid}`, place.cluster])
    }
    const data = join(place.cluster, 'data')
    await checkVersion(data, majorVersion(place.binaries))
    return { data, password: await readFile(join(place.cluster, 'password'), 'utf8') }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') throw notACluster(place.cluster, error)
    throw fileError(error, place.cluster)
  }
}

async function makeCluster({ cluster, binaries, user }: Place, durable: boolean): Promise<void> {
  const draft = await mkdtemp(`${cluster}.new-${process.pid}-`)
  const password = join(draft, 'password')
  await writeFile(password, randomBytes(24).toString('base64url'), { mode: 0o600, flush: true })
  if (user) for (const path of [draft, password]) await chown(path, user.uid, user.gid)
  // The built-in locale sorts alike on every machine; the character classes (for pg_trgm) come from the system.
  const characters = process.platform === 'darwin' ? 'en_US.UTF-8' : 'C.UTF-8'
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
  if (process.platform !== 'win32') locale.push(`--lc-ctype=${characters}`)
  const access = [`--username=${DATABASE_USER}`, `--pwfile=${password}`, '--auth=scram-sha-256']
  const flags = durable ? ['--no-instructions'] : ['--no-instructions', '--no-sync']
  try {
    await run(program(binaries, 'initdb'), ['-D', join(draft, 'data'), ...locale, ...access, ...flags], {
      ...user,
      cwd: dirname(binaries.root),
      env: ENVIRONMENT,
    })
  } catch (error) {
    await rm(draft, { recursive: true, force: true, maxRetries: 5 })
    throw initError(error, cluster)
  }
  await rename(draft, cluster).catch(async (error) => {
    await rm(draft, { recursive: true, force: true, maxRetries: 5 })
    // Another instance that started at the same time was faster; which of the two may stay is decided later.
    if (!(await exists(cluster))) throw error
  })
  if (process.platform !== 'win32') await syncFolder(dirname(cluster))
}

/** Removes what interrupted makings left, but not what a process that still lives is making. */
async function removeDrafts(cluster: string): Promise<void> {
  const folder = dirname(cluster)
  for (const name of await readdir(folder)) {
    const pid = Number(name.match(/^(.+)\.new-(\d+)-\w+$/)?.[2])
    if (!name.startsWith(`${basename(cluster)}.new-`) || (pid !== process.pid && isAlive(pid))) continue
    await rm(join(folder, name), { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
  }
}

async function checkVersion(data: string, major: string): Promise<void> {
  const found = (await readFile(join(data, 'PG_VERSION'), 'utf8')).trim()
  if (found === major) return
  throw new DataFolderError(
    'corrupt',
    `${data} 是 PostgreSQL ${found} 的数据，当前版本为 ${major}。请先用 ${found} 版导出（pg_dumpall），再导入新的数据目录。`,
    `${data} holds data of PostgreSQL ${found}; this is ${major}. Dump it with version ${found} (pg_dumpall) and load it into a new data folder.`,
  )
}

function notACluster(cluster: string, cause: unknown): DataFolderError {
  return new DataFolderError(
    'corrupt',
    `${cluster} 不是完整的数据库目录。请从备份恢复；若确认要从头开始，请删除整个数据目录。`,
    `${cluster} is no complete database folder. Restore it from a backup; to begin anew, delete the data folder.`,
    { cause },
  )
}

function initError(error: unknown, cluster: string): unknown {
  if (codeOf(error) === 'ENOENT') return unsupportedPlatform(`${process.platform}-${process.arch}`, error)
  const { stderr = '' } = error as { stderr?: string }
  if (stderr.includes('No space left on device')) return diskFull(cluster, error)
  return new DataFolderError(
    'not_started',
    `无法创建数据库：\n${stderr}`,
    `The database can't be created:\n${stderr || String(error)}`,
    { cause: error },
  )
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder)
  await handle.sync()
  await handle.close()
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false
      throw error
    },
  )
}

/** True when a process with this id runs, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}
