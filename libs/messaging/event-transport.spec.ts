import { expect, it } from '@jest/globals'
import { DataSource } from 'typeorm'
import { siteOpened } from '#libs/contracts'
import { reads } from './event-context.ts'
import { LogTransport } from './log-transport.ts'

const observer = { handled: () => {}, parked: () => {}, retrying: () => {} }
const handler = async () => {}

async function listenError(prepare: (transport: LogTransport) => void): Promise<unknown> {
  const transport = new LogTransport('insights', new DataSource({ type: 'postgres' }), observer, new Map())
  prepare(transport)
  return new Promise((resolve) => void transport.listen(resolve))
}

it('refuses handlers that could not work', async () => {
  const extras = reads(siteOpened.data)
  const cases: [(transport: LogTransport) => void, string][] = [
    [(transport) => transport.addHandler('site.opend', handler, true, extras), 'site.opend is not in the catalogue'],
    [(transport) => transport.addHandler(siteOpened.type, handler, true), 'does not say what it reads'],
    [
      (transport) => transport.addHandler(siteOpened.type, handler, true, extras),
      'qr-codes, which is not in this process',
    ],
  ]
  for (const [prepare, message] of cases) {
    expect(await listenError(prepare)).toMatchObject({ message: expect.stringContaining(message) })
  }
  const twice = await listenError((transport) => {
    transport.addHandler(siteOpened.type, async () => {}, true, extras)
    transport.addHandler(siteOpened.type, async () => {}, true, extras)
  })
  expect(twice).toMatchObject({ message: 'insights has two handlers of site.opened' })
})

it('is alive and has nothing to read without handlers', async () => {
  const transport = new LogTransport('insights', new DataSource({ type: 'postgres' }), observer, new Map())
  expect(await new Promise((resolve) => void transport.listen(resolve))).toBeUndefined()
  expect(await transport.lag()).toEqual([])
  expect(transport.isAlive()).toBe(true)
  await transport.close()
})
