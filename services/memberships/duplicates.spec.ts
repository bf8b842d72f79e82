import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import type { DataSource } from 'typeorm'
import { createDataSource, migrate } from '#libs/database'
import { MessagingTables1767225600000 } from '#libs/messaging'
import { createTestDatabase } from '#libs/testing'
import { Duplicates, type Said, type SuspectedDuplicate } from './duplicates.ts'
import * as migrations from './migrations/index.ts'

const [a, b, c, d] = [1, 2, 3, 4].map((at) => `00000000-0000-7000-8000-00000000000${at}`) as [
  string,
  string,
  string,
  string,
]

let database: Awaited<ReturnType<typeof createTestDatabase>>
let dataSource: DataSource
const duplicates = new Duplicates()

beforeAll(async () => {
  database = await createTestDatabase()
  dataSource = createDataSource({
    service: 'memberships',
    url: database.url,
    poolSize: 2,
    entities: [],
    migrations: [MessagingTables1767225600000, ...Object.values(migrations)],
  })
  await dataSource.initialize()
  await migrate(dataSource)
})

beforeEach(() => dataSource.query('truncate suspicion, retired_identity'))

afterAll(async () => {
  await dataSource.destroy()
  await database.drop()
})

const at = (minute: number): Said => ({
  id: `00000000-0000-7000-9000-0000000000${String(minute).padStart(2, '0')}`,
  time: new Date(Date.UTC(2026, 4, 4, 8, minute)),
})
const suspect = (
  identityId: string,
  otherIdentityId: string,
  kind: SuspectedDuplicate['kind'],
  weight: number,
  said: Said,
) => duplicates.note(dataSource.manager, [{ identityId, otherIdentityId, kind, weight, settled: false, said }])
const settle = (identityId: string, otherIdentityId: string, said: Said) =>
  duplicates.note(dataSource.manager, [{ identityId, otherIdentityId, kind: null, weight: null, settled: true, said }])
const redirect = (identityId: string, leadsTo: string | null, said: Said) =>
  duplicates.redirect(dataSource.manager, [{ identityId, leadsTo, said }])
const of = async (identityId: string) => (await duplicates.of(dataSource.manager, [identityId])).get(identityId) ?? []

describe('a suspicion', () => {
  it('is seen from both sides, whichever was named first', async () => {
    await suspect(b, a, 'likely', 2000, at(1))
    expect(await of(a)).toEqual([{ identityId: b, kind: 'likely', weight: 2000 }])
    expect(await of(b)).toEqual([{ identityId: a, kind: 'likely', weight: 2000 }])
  })

  it('is of the kind and weight that were said last, in whatever order that arrives', async () => {
    await suspect(a, b, 'likely', 2000, at(1))
    await suspect(b, a, 'id_conflict', 9000, at(3))
    await suspect(a, b, 'kept_apart', 7000, at(2))
    expect(await of(a)).toEqual([{ identityId: b, kind: 'id_conflict', weight: 9000 }])
  })

  it('is no more once it was settled, and is again when it is said again', async () => {
    await suspect(a, b, 'likely', 2000, at(1))
    await settle(b, a, at(2))
    expect(await of(a)).toEqual([])
    await suspect(a, b, 'likely', 2000, at(3))
    expect(await of(a)).toHaveLength(1)
  })

  it('is taken at its last word when several come at once', async () => {
    const said = { identityId: a, otherIdentityId: b, settled: false }
    await duplicates.note(dataSource.manager, [
      { ...said, kind: 'id_conflict', weight: 9000, said: at(2) },
      { ...said, kind: 'likely', weight: 2000, said: at(1) },
    ])
    expect(await of(b)).toEqual([{ identityId: a, kind: 'id_conflict', weight: 9000 }])
  })

  it('comes before weaker ones', async () => {
    await suspect(a, b, 'likely', 2000, at(1))
    await suspect(a, c, 'likely', 3000, at(2))
    expect((await of(a)).map(({ identityId }) => identityId)).toEqual([c, b])
  })
})

describe('an id that leads to another', () => {
  it('takes its suspicions there, on either side, over several steps', async () => {
    await suspect(a, b, 'likely', 2000, at(1))
    await redirect(b, c, at(2))
    await redirect(c, d, at(3))
    expect(await of(a)).toMatchObject([{ identityId: d }])
    expect(await of(d)).toMatchObject([{ identityId: a }])
  })

  it('leaves none between two that became one', async () => {
    await suspect(a, b, 'likely', 2000, at(1))
    await redirect(b, a, at(2))
    expect(await of(a)).toEqual([])
  })

  it('has them for itself again once it is in use again', async () => {
    await suspect(a, b, 'likely', 2000, at(1))
    await redirect(b, c, at(2))
    await redirect(b, null, at(3))
    expect(await of(a)).toMatchObject([{ identityId: b }])
    expect(await of(c)).toEqual([])
    await redirect(b, c, at(2))
    expect(await of(c)).toEqual([])
  })
})
