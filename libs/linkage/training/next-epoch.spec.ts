import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from '@jest/globals'

const LOADER = new URL('../../testing/typescript-loader.mjs', import.meta.url).href
const PROGRAM = fileURLToPath(new URL('./next-epoch-for-specs.ts', import.meta.url))

test('a thread trains the same epoch, and what goes wrong there is told', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=source', '--import', LOADER, PROGRAM])
  const { here, aside, failure } = JSON.parse(stdout)
  expect(here.model).toMatchObject({ epoch: 5, frequencies: { population: 300 } })
  expect(aside).toEqual(here)
  expect(failure).toBe('The model has no "training" section')
})
