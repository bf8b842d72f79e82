import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { GroupCommit, type GroupCommitLimits } from './group-commit.ts'

/** Commits only when told to, and notes what it was given. */
class Gate {
  readonly groups: number[][] = []
  running = 0
  most = 0
  private waiting: (() => void)[] = []

  constructor(
    private readonly poison: ReadonlySet<number> = new Set(),
    private readonly error = new Error('poison'),
  ) {}

  readonly commit = async (items: readonly number[]): Promise<string[]> => {
    this.groups.push([...items])
    this.running += 1
    this.most = Math.max(this.most, this.running)
    await new Promise<void>((resolve) => this.waiting.push(resolve))
    this.running -= 1
    if (items.some((item) => this.poison.has(item))) throw this.error
    return items.map((item) => `done ${item}`)
  }

  /** Opens until nothing waits any more, the last comer first where there are several. */
  async open(): Promise<void> {
    for (;;) {
      await new Promise(setImmediate)
      const next = this.waiting.pop()
      if (!next) return
      next()
    }
  }
}

async function submitAll(gate: Gate, items: readonly number[], limits?: GroupCommitLimits) {
  const committing = new GroupCommit(gate.commit, limits)
  const outcomes = Promise.allSettled(items.map((item) => committing.submit(item)))
  await gate.open()
  return (await outcomes).map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : outcome.reason))
}

const upTo = (count: number) => Array.from({ length: count }, (_, at) => at)

describe('GroupCommit', () => {
  it('commits at once what comes alone', async () => {
    const gate = new Gate()
    const committing = new GroupCommit(gate.commit)
    for (const item of [7, 8]) {
      const outcome = committing.submit(item)
      await gate.open()
      expect(await outcome).toBe(`done ${item}`)
    }
    expect(gate.groups).toEqual([[7], [8]])
  })

  it('gathers what comes while others are being committed', async () => {
    const gate = new Gate()
    await submitAll(gate, upTo(50), { size: 100, concurrent: 2 })
    expect(gate.groups).toEqual([[0], [1], upTo(50).slice(2)])
  })

  it('never exceeds its limits, keeps the order, and gives everybody their own result', async () => {
    const limits = fc.record({ size: fc.integer({ min: 1, max: 9 }), concurrent: fc.integer({ min: 1, max: 4 }) })
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 60 }), limits, async (count, bounds) => {
        const gate = new Gate()
        expect(await submitAll(gate, upTo(count), bounds)).toEqual(upTo(count).map((item) => `done ${item}`))
        expect(gate.groups.flat()).toEqual(upTo(count))
        expect(gate.most).toBe(Math.min(bounds.concurrent, count))
        expect(gate.groups.every(({ length }) => length <= bounds.size)).toBe(true)
      }),
      { numRuns: 50 },
    )
  })

  it('lets nobody pay for another: only what is poison by itself is refused', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat(19), { maxLength: 4 }), async (poison) => {
        const gate = new Gate(new Set(poison))
        const outcomes = await submitAll(gate, upTo(20), { size: 8, concurrent: 1 })
        expect(outcomes).toEqual(upTo(20).map((item) => (poison.includes(item) ? new Error('poison') : `done ${item}`)))
      }),
      { numRuns: 30 },
    )
  })

  it('refuses a whole group at once while the database is away', async () => {
    const away = Object.assign(new Error('nobody listens'), { code: 'ECONNREFUSED' })
    const gate = new Gate(new Set([5]), away)
    const outcomes = await submitAll(gate, upTo(10), { size: 20, concurrent: 1 })
    expect(outcomes).toEqual(['done 0', ...Array(9).fill(away)])
    expect(gate.groups).toHaveLength(2)
  })

  it('goes on after a failure', async () => {
    const gate = new Gate(new Set([0]))
    const committing = new GroupCommit(gate.commit, { size: 1, concurrent: 1 })
    const failing = committing.submit(0).catch((error: Error) => error.message)
    const fine = committing.submit(1)
    await gate.open()
    expect(await failing).toBe('poison')
    expect(await fine).toBe('done 1')
  })
})
