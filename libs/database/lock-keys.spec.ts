import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { DataSource, type EntityManager } from 'typeorm'
import { createTestDatabase, eventually } from '#libs/testing'
import { lockKeys } from './lock-keys.ts'

const database = await createTestDatabase()
let dataSource: DataSource
beforeAll(async () => {
  dataSource = await new DataSource({ type: 'postgres', url: database.url, poolSize: 12 }).initialize()
})
afterAll(async () => {
  await dataSource.destroy()
  await database.drop()
})

/** Holds keys in a transaction of its own until `release`. */
async function hold(space: string, keys: readonly string[]) {
  let release = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  let locked = () => {}
  const holding = new Promise<void>((resolve) => {
    locked = resolve
  })
  const done = dataSource.transaction(async (tx) => {
    await lockKeys(tx, space, keys)
    locked()
    await held
  })
  await holding
  return async () => {
    release()
    await done
  }
}

async function untilSomebodyWaits(): Promise<void> {
  await eventually(async () => {
    const rows = await dataSource.query(`select from pg_locks where locktype = 'advisory' and not granted`)
    return rows.length > 0 ? true : undefined
  })
}

it('lets one transaction wait for the other that holds one of its keys', async () => {
  const release = await hold('site', ['a', 'b'])
  const order: string[] = []
  const second = dataSource.transaction(async (tx) => {
    await lockKeys(tx, 'site', ['b', 'c'])
    order.push('second')
  })
  await untilSomebodyWaits()
  order.push('first')
  await release()
  await second
  expect(order).toEqual(['first', 'second'])
})

it('keeps other keys, and other spaces, out of it', async () => {
  const release = await hold('site', ['a'])
  await dataSource.transaction((tx) => lockKeys(tx, 'site', ['b']))
  await dataSource.transaction((tx) => lockKeys(tx, 'person', ['a']))
  await release()
})

it('gives the keys back when the transaction fails', async () => {
  const failing = dataSource.transaction(async (tx) => {
    await lockKeys(tx, 'site', ['a'])
    throw new Error('no')
  })
  await expect(failing).rejects.toThrow('no')
  await dataSource.transaction((tx) => lockKeys(tx, 'site', ['a']))
})

it('takes no keys, and one key twice', async () => {
  await dataSource.transaction((tx) => lockKeys(tx, 'site', []))
  await dataSource.transaction((tx) => lockKeys(tx, 'site', ['a', 'a']))
})

it('never ends in a deadlock, in whatever order the keys are given', async () => {
  const keys = Array.from({ length: 40 }, (_, at) => `key ${at}`)
  let inside = 0
  const work = async (tx: EntityManager, mine: readonly string[]) => {
    await lockKeys(tx, 'person', mine)
    inside += 1
    expect(inside).toBe(1)
    await tx.query('select pg_sleep(0.001)')
    inside -= 1
  }
  const orders = Array.from({ length: 60 }, (_, at) => [...keys.slice(at % 40), ...keys.slice(0, at % 40)])
  const runs = orders.map((order, at) => dataSource.transaction((tx) => work(tx, at % 2 ? order : order.toReversed())))
  await Promise.all(runs)
  expect(inside).toBe(0)
})
