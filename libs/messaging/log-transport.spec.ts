import { World } from './contract-world.ts'
import { describeEventTransport } from './event-transport.contract.ts'

describeEventTransport('LogTransport', {
  create: () => World.create(),
  forgetPositions: async (world, service) => {
    await world.query(`update ${service}.subscription set xid = '0', id = 0, day = '2000-01-01'`)
  },
  concurrentCalls: 2,
})
