import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { type DomainEvent, siteOpened } from '#libs/contracts'
import { TransactionConflict } from '#libs/database'
import { idsByKey, issued, lifeOf, livesOf, opened, revoked, scanned, submitted } from './contract-events.ts'
import { BATCH, type TestConsumer, until, World } from './contract-world.ts'

/** For a test that starts three processes: on two busy cores their start alone may take half a minute. */
const STARTING_THREE_MS = 90_000

/** How a transport stands behind a world. */
export interface TransportHarness {
  create(): Promise<World>
  /** Makes the transport deliver everything to a service again, while no instance of it runs. */
  forgetPositions(world: World, service: string): Promise<void>
  /** Calls of handlers that may run at the same time in one instance. */
  readonly concurrentCalls: number
}

/** What every transport owes to publishers and handlers. */
export function describeEventTransport(name: string, harness: TransportHarness): void {
  describe(`${name}: the contract of event transports`, () => {
    let world: World
    beforeEach(async () => {
      world = await harness.create()
    })
    afterEach(() => world.end())

    /** Every event has had its effect once, and those of a key in their order; nothing waits, nothing is parked. */
    async function expectAllOnce(consumer: TestConsumer, events: readonly DomainEvent[]): Promise<void> {
      await world.untilEffects(consumer.service, events.length)
      await consumer.untilDrained()
      expect(idsByKey(await world.effects(consumer.service))).toEqual(idsByKey(events))
      expect(consumer.parked).toEqual([])
    }

    it('delivers every event once, those of a key in their order, whatever their types, and in batches', async () => {
      const events = livesOf(12, 20)
      const other = Array.from({ length: 20 }, submitted)
      const insights = await world.consumer('insights')
      await Promise.all([world.publish(events), world.publish(other)])
      await expectAllOnce(insights, [...events, ...other])
      const sizes = insights.calls.map((call) => call.length)
      expect(Math.max(...sizes)).toBeGreaterThan(1)
      expect(Math.max(...sizes)).toBeLessThanOrEqual(BATCH)
      for (const call of insights.calls) expect(new Set(call.map(({ type }) => type)).size).toBe(1)
      const [alone] = insights.calls.filter(
        ([event]) => event?.type === siteOpened.type && event.key === events[0]?.key,
      )
      expect(alone).toHaveLength(1)
    })

    it('gives handlers the event as it was published, with the data that they read', async () => {
      const insights = await world.consumer('insights')
      const [site, application] = [opened(randomUUID()), submitted()]
      await world.append([site])
      await world.append([application])
      await world.untilEffects('insights', 2)
      const seen = insights.calls.flat()
      expect(seen).toContainEqual(expect.objectContaining({ ...site, data: { siteId: site.key } }))
      expect(seen).toContainEqual(expect.objectContaining(application))
    })

    it('serves groups independently, and a new one from the beginning', async () => {
      const early = livesOf(4, 5)
      await world.publish(early)
      const insights = await world.consumer('insights')
      const identities = await world.consumer('identities', { before: () => Promise.reject(new Error('broken')) })
      await expectAllOnce(insights, early)
      const late = livesOf(4, 5)
      await world.publish(late)
      await expectAllOnce(insights, [...early, ...late])
      const notifications = await world.consumer('notifications')
      await expectAllOnce(notifications, [...early, ...late])
      expect(await world.effects(identities.service)).toEqual([])
    })

    it('has one effect of an event that is delivered again', async () => {
      const events = livesOf(6, 10)
      const first = await world.consumer('insights')
      await world.publish(events)
      await expectAllOnce(first, events)
      await first.close()
      await harness.forgetPositions(world, 'insights')
      const more = livesOf(2, 5)
      await world.publish(more)
      const again = await world.consumer('insights')
      await expectAllOnce(again, [...events, ...more])
    })

    it(
      'loses, doubles and disorders nothing when an instance is killed, wherever it stands',
      async () => {
        const streams = ['qr-codes', 'registrations'] as const
        const [written, committed, middle] = await Promise.all([
          world.worker({ service: 'insights', failpoint: 'effects-written', passes: 0, streams }),
          world.worker({ service: 'identities', failpoint: 'effects-committed', passes: 0, streams }),
          world.worker({ service: 'notifications', failpoint: 'effects-written', passes: 3, streams }),
        ])
        const events = livesOf(6, 10)
        await world.publish(events)
        await Promise.all([written.heard('effects-written'), middle.heard('effects-written')])
        await committed.heard('effects-committed')
        expect((await world.effects('insights')).length).toBeLessThan(events.length)
        expect((await world.effects('identities')).length).toBeGreaterThan(0)
        await Promise.all([written.kill(), committed.kill(), middle.kill()])
        const services = ['insights', 'identities', 'notifications']
        const successors = await Promise.all(services.map((service) => world.consumer(service)))
        await Promise.all(successors.map((successor) => expectAllOnce(successor, events)))
      },
      STARTING_THREE_MS,
    )

    it('lets another instance take over from a frozen one, whose batch then comes to nothing', async () => {
      const streams = ['qr-codes', 'registrations'] as const
      // Once it had written, its transaction would hold back every reader of a log until PostgreSQL ends it: its other
      // batches are to come to their end first.
      const frozen = await world.worker({ service: 'insights', failpoint: 'effects-due', passes: 0, streams })
      const events = livesOf(6, 10)
      await world.publish(events)
      await frozen.heard('effects-due')
      await world.untilEffectsRest('insights')
      frozen.freeze()
      const other = await world.consumer('insights')
      await expectAllOnce(other, events)
      frozen.thaw()
      const later = livesOf(6, 10)
      await world.publish(later)
      await expectAllOnce(other, [...events, ...later])
    })

    it('divides the keys among instances, and gives those of one that stops to the others', async () => {
      const sites = Array.from({ length: 24 }, () => randomUUID())
      const published: DomainEvent[] = []
      const round = async () => {
        const events = sites.map(issued)
        published.push(...events)
        await world.publish(events)
        await world.untilEffects('insights', published.length)
        return new Set(events.map(({ id }) => id))
      }
      const [first, second] = [await world.consumer('insights'), await world.consumer('insights')]
      const keysOf = ({ calls }: TestConsumer, ids: Set<string>) =>
        calls.flat().flatMap(({ id, key }) => (ids.has(id) ? [key] : []))
      await until(async () => {
        const ids = await round()
        return keysOf(first, ids).length > 0 && keysOf(second, ids).length > 0
      })
      const ids = await round()
      expect([...keysOf(first, ids), ...keysOf(second, ids)].sort()).toEqual([...sites].sort())
      const closing = second.close()
      await round()
      await closing
      const handledBySecond = second.calls.length
      await round()
      expect(second.calls).toHaveLength(handledBySecond)
      await expectAllOnce(first, published)
    })

    it('hands out no more than a batch at a time, and nothing of a key twice at once', async () => {
      const inHand: string[] = []
      let most = 0
      const overlaps: string[] = []
      const insights = await world.consumer('insights', {
        before: async (events) => {
          for (const { key } of events) if (inHand.includes(key)) overlaps.push(key)
          const keys = [...new Set(events.map(({ key }) => key))]
          inHand.push(...keys)
          most = Math.max(most, inHand.length)
          await sleep(10)
          for (const key of keys) inHand.splice(inHand.indexOf(key), 1)
        },
      })
      const events = [...livesOf(8, 25), ...Array.from({ length: 100 }, scanned)]
      await world.publish(events)
      await expectAllOnce(insights, events)
      expect(overlaps).toEqual([])
      expect(most).toBeLessThanOrEqual(BATCH * harness.concurrentCalls)
    })

    it('finishes the batch at hand when it stops, begins no other, and gives the rest to the next instance', async () => {
      let release = () => {}
      const released = new Promise<void>((resolve) => {
        release = resolve
      })
      const stopping = await world.consumer('insights', { after: () => released })
      const events = lifeOf(randomUUID(), 3 * BATCH)
      await world.publish(events)
      await until(() => stopping.calls.length > 0)
      const closing = stopping.close()
      release()
      await closing
      const done = await world.effects('insights')
      const handled = stopping.calls.flat().map(({ id }) => id)
      expect(done.length).toBeGreaterThan(0)
      expect(done.length).toBeLessThan(events.length)
      expect(done.map(({ id }) => id)).toEqual(handled)
      const next = await world.consumer('insights')
      await expectAllOnce(next, events)
    })

    it('survives the end of every connection to the database in the middle of a batch, and takes it for no poison', async () => {
      const events = livesOf(8, 15)
      await world.publish(events)
      let ends = 5
      const insights = await world.consumer('insights', {
        after: async () => {
          if (ends-- > 0) await world.terminateConnections()
        },
      })
      await expectAllOnce(insights, events)
      expect(insights.retries.length).toBeGreaterThan(0)
    })

    it('waits for a database that is away, and can be stopped meanwhile', async () => {
      const way = await world.loseable()
      const [patient, stopped] = [
        await world.consumer('insights', { url: way.url }),
        await world.consumer('identities', { url: way.url, after: () => way.cut() }),
      ]
      const events = livesOf(6, 10)
      await world.publish(events)
      await until(() => stopped.retries.length > 1)
      await stopped.close()
      const late = revoked(randomUUID())
      await world.append([late])
      await way.mend()
      await expectAllOnce(patient, [...events, late])
    })

    it('tries again what fails for a while, and parks nothing', async () => {
      let failures = 2
      const insights = await world.consumer('insights', {
        after: () => {
          if (failures-- > 0) throw new Error('for a while')
        },
      })
      const events = livesOf(3, 4)
      await world.publish(events)
      await expectAllOnce(insights, events)
    })

    it('never takes a conflict for poison', async () => {
      let conflicts = 12
      const insights = await world.consumer('insights', {
        after: () => {
          if (conflicts-- > 0) throw new TransactionConflict('lost again')
        },
      })
      const event = opened(randomUUID())
      await world.append([event])
      await expectAllOnce(insights, [event])
    })

    it('parks poison and the later events of its key behind it, lets the others flow, and replays in order', async () => {
      const key = randomUUID()
      const life = lifeOf(key, 6)
      const poison = life[2]
      let poisonous = true
      const insights = await world.consumer('insights', {
        before: (events) => {
          if (poisonous && events.some(({ id }) => id === poison?.id)) throw new TypeError('poison')
        },
      })
      const others = livesOf(5, 5)
      await world.append([...life.slice(0, 4), ...others])
      await world.untilEffects('insights', 2 + others.length)
      await until(async () => (await parkedIds(insights)).length === 2)
      await world.append([...life.slice(4, 5), scanned()])
      await world.untilEffects('insights', 3 + others.length)
      await insights.untilDrained()
      expect(await parkedIds(insights)).toEqual(life.slice(2, 5).map(({ id }) => id))
      expect(insights.parked).toEqual([poison?.id])

      expect(await insights.transport.eventConsumer?.replay()).toEqual({ replayed: 0, stillParked: 3 })
      const [first] = await parked(insights)
      expect(first).toMatchObject({ eventId: poison?.id, attempts: 2, error: 'TypeError: poison', key })

      poisonous = false
      expect(await insights.transport.eventConsumer?.replay([randomUUID()])).toEqual({ replayed: 0, stillParked: 3 })
      expect(await insights.transport.eventConsumer?.replay([key])).toEqual({ replayed: 3, stillParked: 0 })
      await world.append(life.slice(5))
      await world.untilEffects('insights', 1 + others.length + life.length)
      const effects = await world.effects('insights')
      expect(effects.filter((effect) => effect.key === key).map(({ id }) => id)).toEqual(life.map(({ id }) => id))
      expect(idsByKey(effects)).toMatchObject(idsByKey(others))
    })

    it('parks what it can not read: data that lacks something, a version from the future', async () => {
      const insights = await world.consumer('insights')
      const lacking = { ...issued(randomUUID()), data: { codeId: 7 } }
      const future = { ...issued(randomUUID()), version: 99 }
      const readable = livesOf(3, 5)
      await world.append([lacking, future, ...readable])
      await world.untilEffects('insights', readable.length)
      await insights.untilDrained()
      expect(idsByKey(await world.effects('insights'))).toEqual(idsByKey(readable))
      expect((await parkedIds(insights)).sort()).toEqual([lacking.id, future.id].sort())
      expect([...insights.parked].sort()).toEqual([lacking.id, future.id].sort())
      expect(await insights.transport.eventConsumer?.replay()).toEqual({ replayed: 0, stillParked: 2 })
      expect(insights.transport.isAlive()).toBe(true)
    })
  })
}

async function parked({ transport, dataSource }: TestConsumer) {
  return (await transport.eventConsumer?.parked.list(dataSource.manager, 100)) ?? []
}

async function parkedIds(consumer: TestConsumer): Promise<string[]> {
  return (await parked(consumer)).map(({ eventId }) => eventId)
}
