import { setImmediate as turn } from 'node:timers/promises'
import { expect, it } from '@jest/globals'
import { inParallel } from './in-parallel.ts'

it('works on every item once, never on more than asked at a time', async () => {
  const items = Array.from({ length: 20 }, (_, at) => at)
  const done: number[] = []
  let working = 0
  let most = 0
  await inParallel(items, 3, async (item) => {
    most = Math.max(most, ++working)
    await turn()
    working -= 1
    done.push(item)
  })
  expect(done.toSorted((one, other) => one - other)).toEqual(items)
  expect(most).toBe(3)
})

it('ends with the first error and begins nothing after it', async () => {
  const begun: number[] = []
  const work = inParallel([1, 2, 3, 4, 5, 6], 2, async (item) => {
    begun.push(item)
    await turn()
    if (item === 2) throw new Error('no')
  })
  await expect(work).rejects.toThrow('no')
  await turn()
  expect(begun.length).toBeLessThanOrEqual(3)
})
