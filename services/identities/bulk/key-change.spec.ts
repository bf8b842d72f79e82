import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { transact } from '#libs/database'
import { generateSecrets } from '#libs/platform'
import { BlindIndex, KeyRing } from '#libs/privacy'
import type { Person } from '../records/record-content.ts'
import { type ResolverForSpecs, ResolverWorld, strangers, uuidOf } from '../resolver-for-specs.ts'
import { bulkOf, jobContext } from './bulk-for-specs.ts'

describe('when blind keys change', () => {
  let world: ResolverWorld
  let both: BlindIndex
  let newer: BlindIndex
  let driver: Person
  let first: string

  beforeAll(async () => {
    world = await ResolverWorld.begin()
    const fresh = `2:${generateSecrets().BLIND_KEYS.split(':')[1]}`
    both = new BlindIndex(KeyRing.parse(`${fresh},${world.blindKeys}`))
    newer = new BlindIndex(KeyRing.parse(fresh))
    driver = strangers()[0]!
    first = await arrive(await world.resolver(), 'before')
  })

  afterAll(() => world.end())

  async function arrive(resolver: ResolverForSpecs, when: string): Promise<string> {
    await resolver.take([world.registration(uuidOf(when), driver)])
    return (await resolver.identityOf(uuidOf(when)))!
  }

  async function conflicts({ dataSource }: ResolverForSpecs): Promise<number> {
    const [{ items }] = await dataSource.query(
      `select count(*)::int as items from review_item where kind = 'id_conflict'`,
    )
    return items
  }

  it('takes nobody for another because of the key, before a rebuild, after it, and once the old key is gone', async () => {
    const [rebuilding, late] = [await world.resolver({ blind: both }), await world.resolver({ blind: both })]
    expect(await arrive(rebuilding, 'with both keys')).toBe(first)
    expect(await arrive(late, 'with both keys, elsewhere')).toBe(first)
    const context = jobContext(rebuilding)
    expect(await bulkOf(rebuilding).rebuild.run(context)).toMatchObject({ moved: 0, newReviewItems: 0 })
    await context.session.release()
    expect(await arrive(rebuilding, 'after the rebuild')).toBe(first)
    // This one still believes that the older key is used.
    expect(await arrive(late, 'after the rebuild, elsewhere')).toBe(first)
    const alone = await world.resolver({ blind: newer })
    await transact(alone.dataSource, (tx) => alone.activeModel.begin(tx, new Date()))
    expect(await arrive(alone, 'without the old key')).toBe(first)
    expect(await conflicts(alone)).toBe(0)
    const [{ keys }] = await alone.dataSource.query(`select count(distinct exclusive_key)::int as keys from record`)
    expect(keys).toBe(1)
  })

  it('does not go on without the key that the register uses', async () => {
    const lacking = await world.resolver()
    await expect(transact(lacking.dataSource, (tx) => lacking.activeModel.begin(tx, new Date()))).rejects.toThrow(
      'BLIND_KEYS lacks key 2',
    )
  })
})
