import { setImmediate as breathe } from 'node:timers/promises'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { LogTail, type TailReader } from './log-tail.ts'
import type { LoggedEvent, Position } from './logged-event.ts'

const PARTITIONS = 3

/** A log whose events become visible in the order of their positions, and that says how it was asked. */
class LogForSpecs {
  readonly events: LoggedEvent[] = []
  readonly looks: number[] = []
  failing = false

  append(partition: number, count: number, length = 100): void {
    for (let at = 0; at < count; at++) {
      const position = {
        partition,
        xid: String(98 + this.events.length),
        id: String(this.events.length),
        day: '2026-05-01',
      }
      this.events.push({ id: `${partition}-${position.id}`, position, length } as LoggedEvent)
    }
  }

  async read(positions: readonly Position[], limit: number): Promise<LoggedEvent[]> {
    const found = positions.flatMap((from) =>
      this.events
        .filter(({ position }) => position.partition === from.partition && Number(position.xid) > Number(from.xid))
        .slice(0, limit),
    )
    await breathe()
    if (this.failing) throw new Error('no connection')
    this.looks.push(found.length)
    return found
  }
}

/** Reads on, and remembers what it got. */
class Follower {
  readonly got: string[] = []
  private readonly reached = new Map<number, Position>()

  constructor(
    private readonly reader: TailReader,
    partitions = [0, 1, 2],
  ) {
    for (const partition of partitions) this.reached.set(partition, { partition, xid: '0', id: '0', day: '2000-01-01' })
  }

  async look(limit = 5): Promise<number> {
    const events = await this.reader.read([...this.reached.values()], limit)
    for (const { id, position } of events) {
      this.got.push(id)
      this.reached.set(position.partition, position)
    }
    return events.length
  }
}

const inOrder = (ids: readonly string[], partition: number) => ids.filter((id) => id.startsWith(`${partition}-`))

it('gives every reader each event once and in order, at whatever pace the log grows and they read', async () => {
  const step = fc.oneof(
    fc.record({ append: fc.nat({ max: PARTITIONS - 1 }), count: fc.constantFrom(1, 2, 7, 300) }),
    fc.record({ reader: fc.nat({ max: 2 }), waited: fc.boolean() }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const log = new LogForSpecs()
      const tail = new LogTail(log)
      const followers = [new Follower(tail.reader()), new Follower(tail.reader()), new Follower(tail.reader(), [1, 2])]
      const busy = new Map<number, Promise<unknown>>()
      for (const step of steps) {
        if ('append' in step) {
          log.append(step.append, step.count)
          continue
        }
        await busy.get(step.reader)
        busy.set(step.reader, followers[step.reader]!.look())
        if (step.waited) await busy.get(step.reader)
      }
      await Promise.all(busy.values())
      for (const follower of followers) while ((await follower.look(100)) > 0);
      const all = log.events.map(({ id }) => id)
      for (const [at, { got }] of followers.entries()) {
        for (const partition of at === 2 ? [1, 2] : [0, 1, 2]) {
          expect(inOrder(got, partition)).toEqual(inOrder(all, partition))
        }
      }
    }),
    { numRuns: 300 },
  )
})

describe('readers that keep up with each other', () => {
  it('have each event read once for all of them', async () => {
    const log = new LogForSpecs()
    const tail = new LogTail(log)
    const followers = Array.from({ length: 4 }, () => new Follower(tail.reader()))
    await Promise.all(followers.map((follower) => follower.look()))
    log.looks.length = 0
    for (let round = 0; round < 20; round++) {
      log.append(round % PARTITIONS, 2)
      for (const follower of followers) await follower.look()
    }
    for (const { got } of followers) expect(got).toHaveLength(40)
    expect(log.looks.reduce((sum, found) => sum + found, 0)).toBe(40)
  })

  it('share a look at which they come together, and each asks anew when nothing was there before it came', async () => {
    const log = new LogForSpecs()
    const tail = new LogTail(log)
    const [first, second, third] = [
      new Follower(tail.reader()),
      new Follower(tail.reader()),
      new Follower(tail.reader()),
    ]
    await Promise.all([first.look(), second.look(), third.look()])
    log.looks.length = 0
    log.append(0, 1)
    await Promise.all([first.look(), second.look(), third.look()])
    expect(log.looks).toEqual([1])
    const looking = first.look()
    await new Promise((resolve) => process.nextTick(resolve))
    log.append(0, 1)
    await Promise.all([looking, second.look(), third.look()])
    expect([first, second, third].map(({ got }) => got.length)).toEqual([1, 2, 2])
    expect(log.looks).toEqual([1, 0, 1])
  })

  it('leave nothing behind that all have passed', async () => {
    const log = new LogForSpecs()
    const tail = new LogTail(log)
    const [quick, slow] = [new Follower(tail.reader()), new Follower(tail.reader())]
    await Promise.all([quick.look(), slow.look()])
    log.append(0, 5)
    await quick.look()
    log.events.length = 0
    expect(await slow.look()).toBe(5)
    expect(await quick.look()).toBe(0)
    expect(await slow.look()).toBe(0)
    // From the start again: only the log could tell, and it has nothing.
    expect(await new Follower(tail.reader()).look()).toBe(0)
  })
})

it('tells who keeps up what came, though somebody far behind reads at the same time', async () => {
  const log = new LogForSpecs()
  const tail = new LogTail(log)
  const [first, second, late] = [new Follower(tail.reader()), new Follower(tail.reader()), new Follower(tail.reader())]
  log.append(0, 400)
  for (const follower of [first, second]) while ((await follower.look(500)) > 0);
  const looking = first.look()
  await new Promise((resolve) => process.nextTick(resolve))
  log.append(1, 1)
  const catchingUp = late.look()
  expect(await second.look()).toBe(1)
  await Promise.all([looking, catchingUp])
})

it('keeps no more than so many events, and so much data, for who is behind', async () => {
  for (const [count, length] of [
    [400, 10],
    [40, 100_000],
  ] as const) {
    const log = new LogForSpecs()
    const tail = new LogTail(log)
    const [quick, slow] = [new Follower(tail.reader()), new Follower(tail.reader())]
    await Promise.all([quick.look(), slow.look()])
    log.append(0, count, length)
    while ((await quick.look(count / 4)) > 0);
    const all = log.events.splice(0)
    expect(await slow.look(count)).toBe(0)
    log.events.push(...all)
    while ((await slow.look(count)) > 0);
    expect(slow.got).toEqual(all.map(({ id }) => id))
  }
})

it('lets the others look when one could not', async () => {
  const log = new LogForSpecs()
  const tail = new LogTail(log)
  const [first, second] = [new Follower(tail.reader()), new Follower(tail.reader())]
  await Promise.all([first.look(), second.look()])
  log.append(1, 1)
  log.failing = true
  const failed = first.look()
  const waiting = second.look()
  await expect(failed).rejects.toThrow('no connection')
  log.failing = false
  expect(await waiting).toBe(1)
  expect(await first.look()).toBe(1)
})
