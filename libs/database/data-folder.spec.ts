import { chmod, mkdtemp, readdir, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { DataFolderError, fileError, openDataFolder, SecondInstanceError } from './data-folder.ts'

const NOBODY = 65534
let folder: string
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'ruhui-folder-')))
})
afterAll(() => rm(folder, { recursive: true }))

it('creates the folder, closed to others, and leaves nothing in it', async () => {
  const path = await openDataFolder(join(folder, 'new', 'data'))
  expect(path).toBe(join(folder, 'new', 'data'))
  expect((await stat(path)).mode & 0o066).toBe(0)
  expect(await readdir(path)).toEqual([])
})

it('tells the real path behind a link, so that one folder has one name', async () => {
  await openDataFolder(join(folder, 'real'))
  await symlink(join(folder, 'real'), join(folder, 'link'))
  expect(await openDataFolder(join(folder, 'link'))).toBe(join(folder, 'real'))
})

it('refuses a folder that it may read but not write', async () => {
  const locked = await mkdtemp(join(folder, 'locked-'))
  await expect(asNormalUser(locked, () => openDataFolder(locked))).rejects.toMatchObject({ code: 'not_writable' })
})

it('refuses a path through a file', async () => {
  await writeFile(join(folder, 'file'), '')
  await expect(openDataFolder(join(folder, 'file', 'data'))).rejects.toMatchObject({ code: 'not_writable' })
  await expect(openDataFolder(join(folder, 'file'))).rejects.toMatchObject({ code: 'not_writable' })
})

it('tells a full disk from a forbidden one, and leaves other errors as they are', () => {
  const failure = (code: string) => Object.assign(new Error(code), { code })
  expect(fileError(failure('ENOSPC'), folder)).toMatchObject({ code: 'disk_full' })
  expect(fileError(failure('EROFS'), folder)).toMatchObject({ code: 'not_writable' })
  expect(fileError(failure('EIO'), folder)).toMatchObject({ code: 'EIO' })
})

it('speaks Chinese first, then English', () => {
  const error = new SecondInstanceError('/data')
  expect(error).toBeInstanceOf(DataFolderError)
  expect(error.message).toBe(`${error.chinese}\n${error.english}`)
  expect(error.chinese).toContain('/data')
  expect(error.english).toContain('/data')
})

/** Permissions don't bind root, so root steps down for a moment. */
async function asNormalUser<T>(readOnly: string, work: () => Promise<T>): Promise<T> {
  const root = process.getuid?.() === 0
  await chmod(folder, 0o755)
  await chmod(readOnly, 0o555)
  if (root) process.seteuid?.(NOBODY)
  try {
    return await work()
  } finally {
    if (root) process.seteuid?.(0)
  }
}
