import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { localSecrets } from './local-secrets.ts'

let folder: string
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'ruhui-secrets-')), 'data')
})
afterEach(() => rm(join(folder, '..'), { recursive: true }))

it('makes secrets on the first start and keeps them', async () => {
  const first = await localSecrets(folder)
  expect(first.FIELD_KEYS).toMatch(/^1:[\w+/]{43}=$/)
  expect(new Set(Object.values(first)).size).toBe(Object.keys(first).length)
  expect(await localSecrets(folder)).toEqual(first)
})

it('lets nobody else read them, and leaves nothing beside them', async () => {
  await localSecrets(folder)
  expect((await stat(join(folder, 'secrets.json'))).mode & 0o777).toBe(0o600)
  expect((await readdir(folder)).filter((name) => name.startsWith('secrets'))).toEqual(['secrets.json'])
})

it('agrees on one set with those that start at the same time', async () => {
  const sets = await Promise.all(Array.from({ length: 8 }, () => localSecrets(folder)))
  for (const set of sets) expect(set).toEqual(sets[0])
})

it('never replaces what is there, even when it can not be read', async () => {
  await localSecrets(folder)
  const file = join(folder, 'secrets.json')
  await writeFile(file, '{"FIELD_KEYS"')
  await expect(localSecrets(folder)).rejects.toThrow()
  expect(await readFile(file, 'utf8')).toBe('{"FIELD_KEYS"')
})
