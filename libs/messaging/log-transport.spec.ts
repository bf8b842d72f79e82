import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { expect, it } from '@jest/globals'
import { lifeOf } from './contract-events.ts'
import { until, World } from './contract-world.ts'
import { describeEventTransport } from './event-transport.contract.ts'

describeEventTransport('LogTransport', {
  create: () => World.create(),
  forgetPositions: async (world, service) => {
    await world.query(`update ${service}.subscription set xid = '0', id = 0, day = '2000-01-01'`)
  },
  concurrentCalls: 2,
})

it('gives its partitions back when it stops, so that nobody waits for a lease', async () => {
  const world = await World.create()
  const insights = await world.consumer('insights')
  const owned = () => world.query(`select from insights.subscription where owner is not null`)
  await until(async () => (await owned()).length > 0)
  await insights.close()
  expect(await owned()).toEqual([])
  expect(await world.query('select from insights.subscriber')).toEqual([])
  await world.end()
})

it('goes on after a restore on another server, by the statements that the operations page gives', async () => {
  const page = await readFile(new URL('../../docs/operations.md', import.meta.url), 'utf8')
  const [, statements] = /```sql\n(update event_log[^`]*)```/.exec(page)!
  const world = await World.create()
  const [before, after] = [lifeOf(randomUUID(), 5), lifeOf(randomUUID(), 5)]
  await world.publish(before)
  const first = await world.consumer('insights')
  await world.untilEffects('insights', before.length)
  await first.close()
  // The old server had counted its transactions further than the new one has.
  await world.query(`update qr_codes.event_log set xid = '9000000000'`)
  await world.query(`update insights.subscription set xid = '9000000000'`)
  for (const schema of ['qr_codes', 'insights']) await world.query(`set search_path = ${schema}; ${statements}`)
  await world.publish(after)
  const second = await world.consumer('insights')
  await world.untilEffects('insights', before.length + after.length)
  await second.untilDrained()
  expect((await world.effects('insights')).map(({ id }) => id)).toEqual([...before, ...after].map(({ id }) => id))
  await world.end()
})
