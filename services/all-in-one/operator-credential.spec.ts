import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { findOperatorCredential, leaveOperatorCredential } from './operator-credential.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ruhui-operator-'))
})
afterEach(() => rm(folder, { recursive: true }))

const file = () => join(folder, 'operator.json')
const credential = { url: 'http://localhost:8080', secret: 'secret' }

it('is found where it was left, the last one', async () => {
  await leaveOperatorCredential(folder, { url: 'http://localhost:1', secret: 'old' })
  await leaveOperatorCredential(folder, credential)
  expect(await findOperatorCredential(folder)).toEqual(credential)
})

it('is readable by the owner alone, even where a looser file stood before', async () => {
  await writeFile(file(), '{}', { mode: 0o644 })
  await leaveOperatorCredential(folder, credential)
  expect((await stat(file())).mode & 0o777).toBe(0o600)
})

it('is not there before a system was started', async () => {
  expect(await findOperatorCredential(folder)).toBeUndefined()
  expect(await findOperatorCredential(join(folder, 'nowhere'))).toBeUndefined()
})

it('is refused when it is none', async () => {
  await writeFile(file(), '{"url":"http://localhost:8080"}')
  await expect(findOperatorCredential(folder)).rejects.toThrow(/secret/)
})
