import { expect, it } from '@jest/globals'
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
