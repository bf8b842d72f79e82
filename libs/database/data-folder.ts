import { chmod, mkdir, mkdtemp, realpath, rmdir } from 'node:fs/promises'
import { join } from 'node:path'

/** What can be wrong with a data folder and the database in it; stable, for programs. */
export type DataFolderProblem =
  | 'second_instance'
  | 'not_writable'
  | 'corrupt'
  | 'disk_full'
  | 'missing_binaries'
  | 'unsupported_platform'
  | 'not_started'
  | 'server_lost'

/** A data folder can't be used. The message tells the operator what to do: Chinese, then English. */
export class DataFolderError extends Error {
  override readonly name: string = 'DataFolderError'
  readonly forPeople = true

  constructor(
    readonly code: DataFolderProblem,
    readonly chinese: string,
    readonly english: string,
    options?: ErrorOptions,
  ) {
    super(`${chinese}\n${english}`, options)
  }
}

/** Another running process uses the data folder. */
export class SecondInstanceError extends DataFolderError {
  override readonly name = 'SecondInstanceError'

  constructor(dataFolder: string) {
    super(
      'second_instance',
      `数据目录 ${dataFolder} 正被另一个入会（Ruhui）进程使用。请先停止它，或换一个数据目录。`,
      `Another running Ruhui uses the data folder ${dataFolder}. Stop it first, or choose another data folder.`,
    )
  }
}

/**
 * Creates the folder where it is missing and returns its real, absolute path.
 *
 * Made for the owner only; as root others may pass through (not list), so that PostgreSQL, which refuses to run as
 * root, can live inside under another user.
 *
 * @throws DataFolderError `not_writable` or `disk_full`
 */
export async function openDataFolder(path: string): Promise<string> {
  try {
    await mkdir(path, { recursive: true, mode: runsAsRoot() ? 0o711 : 0o700 })
    const folder = await realpath(path)
    await rmdir(await mkdtemp(join(folder, '.probe-')))
    return folder
  } catch (error) {
    throw fileError(error, path)
  }
}

/** Makes a folder that everyone can pass through, whatever the umask says. */
export async function makeOpenFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true })
  await chmod(path, 0o755)
}

export function runsAsRoot(): boolean {
  return process.getuid?.() === 0
}

/** The error of a file operation in words for the operator; errors of another kind stay what they are. */
export function fileError(error: unknown, path: string): unknown {
  const code = codeOf(error)
  if (code === 'ENOSPC' || code === 'EDQUOT') return diskFull(path, error)
  if (code && ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST'].includes(code)) return notWritable(path, error)
  return error
}

export function notWritable(path: string, cause?: unknown): DataFolderError {
  return new DataFolderError(
    'not_writable',
    `无法在 ${path} 中读写。请用该目录的所有者运行，或修改目录权限，或换一个数据目录。`,
    `Can't read and write in ${path}. Run as the owner of the folder, change its permissions, or choose another one.`,
    { cause },
  )
}

export function diskFull(path: string, cause?: unknown): DataFolderError {
  return new DataFolderError(
    'disk_full',
    `${path} 所在磁盘已满。请清理空间后重新启动，数据不会丢失。`,
    `The disk that holds ${path} is full. Make room and start again: no data is lost.`,
    { cause },
  )
}

export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : undefined
}
