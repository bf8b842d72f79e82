import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { DataFolderError, fileError, makeOpenFolder, runsAsRoot } from './data-folder.ts'
import { type Binaries, copyBinaries, program } from './embedded-postgres-binaries.ts'

const run = promisify(execFile)

/** A user of the operating system. */
export interface SystemUser {
  readonly uid: number
  readonly gid: number
}

/** Where the database cluster lies, which binaries run it, and as whom. */
export interface Place {
  readonly cluster: string
  readonly binaries: Binaries
  /** The user that PostgreSQL runs as; undefined: our own. */
  readonly user?: SystemUser
}

/** Holds clusters and binaries of data folders that only root can reach. */
const OUTSIDE = '/var/lib/ruhui'

/** The file in a data folder that tells where the cluster lies, when it lies elsewhere. */
const POINTER = 'postgres-location.txt'

/**
 * Chooses where the cluster of a data folder lies.
 *
 * That is `postgres/` inside, except for root: PostgreSQL refuses to run as root and so runs as another user, who may
 * not be able to reach the data folder or our binaries (a checkout in root's home). What it can't reach is kept in
 * `/var/lib/ruhui`, and the data folder says so in `postgres-location.txt`.
 *
 * @param dataFolder a real, absolute path
 * @throws DataFolderError
 */
export async function choosePlace(dataFolder: string, binaries: Binaries, outside = OUTSIDE): Promise<Place> {
  const pointer = join(dataFolder, POINTER)
  const recorded = (await readFile(pointer, 'utf8').catch(() => '')).trim()
  const inside = join(dataFolder, 'postgres')
  if (recorded && !(await ownerOf(dirname(recorded)))) throw lostCluster(pointer, recorded)
  if (!runsAsRoot()) return { cluster: recorded || inside, binaries }

  const owner = await ownerOf(recorded || inside)
  const user = owner && owner.uid !== 0 ? owner : await unprivilegedUser()
  let cluster = recorded || inside
  if (!recorded && !(await canReach(user, dataFolder))) {
    if (owner) throw unreachable(dataFolder)
    const folder = join(outside, randomBytes(4).toString('hex'))
    cluster = join(folder, 'postgres')
    await makeOutside(folder, dataFolder, pointer, cluster)
  }
  const runnable = (await canRun(user, binaries)) ? binaries : await copyBinaries(binaries, outside)
  return { cluster, binaries: runnable, user }
}

async function makeOutside(folder: string, dataFolder: string, pointer: string, cluster: string): Promise<void> {
  try {
    await makeOpenFolder(dirname(folder))
    await makeOpenFolder(folder)
    await writeFile(join(folder, 'data-folder.txt'), `${dataFolder}\n`, { flush: true })
    await writeFile(pointer, `${cluster}\n`, { flush: true })
  } catch (error) {
    throw fileError(error, folder)
  }
}

/** The user who owns a folder; undefined when there is none. */
async function ownerOf(folder: string): Promise<SystemUser | undefined> {
  return stat(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw fileError(error, folder)
  })
}

/** `postgres`, made where it is missing; `nobody` where users can't be made. */
async function unprivilegedUser(): Promise<SystemUser> {
  const known = (await lookUp('postgres')) ?? (await lookUp('_postgres'))
  if (known) return known
  const shell = ['--shell', '/usr/sbin/nologin']
  await run('useradd', ['--system', '--user-group', '--no-create-home', ...shell, 'postgres']).catch(() =>
    // BusyBox, as on Alpine.
    run('adduser', ['-S', '-D', '-H', 'postgres']).catch(() => undefined),
  )
  const user = (await lookUp('postgres')) ?? (await lookUp('nobody'))
  if (user) return user
  throw new DataFolderError(
    'not_started',
    'PostgreSQL 不能以 root 身份运行，系统中也没有 postgres 或 nobody 用户。请以普通用户运行，或用 DATABASE_URL 指定外部 PostgreSQL。',
    "PostgreSQL can't run as root, and there is neither a user postgres nor nobody. Run as a normal user, or set DATABASE_URL to use an outside PostgreSQL.",
  )
}

async function lookUp(name: string): Promise<SystemUser | undefined> {
  const idOf = async (flag: string) => Number((await run('id', [flag, name])).stdout)
  return Promise.all([idOf('-u'), idOf('-g')]).then(
    ([uid, gid]) => ({ uid, gid }),
    () => undefined,
  )
}

const canReach = (user: SystemUser, folder: string) => succeeds(user, 'test -x "$0"', folder)

/** True when the user can run the server and read its shared files, which a narrow umask may have closed. */
const canRun = (user: SystemUser, binaries: Binaries) =>
  succeeds(
    user,
    '"$0" --version && test -r "$1"',
    program(binaries, 'postgres'),
    join(binaries.root, 'share/postgresql/postgresql.conf.sample'),
  )

/** Asks the system itself instead of reading permission bits, so that access lists count too. */
async function succeeds(user: SystemUser, script: string, ...args: string[]): Promise<boolean> {
  return run('/bin/sh', ['-c', script, ...args], { ...user, cwd: '/' }).then(
    () => true,
    () => false,
  )
}

function lostCluster(pointer: string, cluster: string): DataFolderError {
  return new DataFolderError(
    'corrupt',
    `${pointer} 指出数据库位于 ${cluster}，但那里没有数据库。请从备份恢复；若确认要从头开始，请删除整个数据目录。`,
    `${pointer} says that the database lies in ${cluster}, but there is none. Restore it from a backup; to begin anew, delete the data folder.`,
  )
}

function unreachable(dataFolder: string): DataFolderError {
  return new DataFolderError(
    'not_writable',
    `数据库用户无法进入 ${dataFolder}。请为该目录及其上级目录执行 chmod o+x。`,
    `The database's user can't pass into ${dataFolder}. Run chmod o+x on it and on the folders above it.`,
  )
}
