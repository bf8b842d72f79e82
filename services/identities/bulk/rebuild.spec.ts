import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { checkCharacter } from '#libs/china'
import { driversModel, type Model, parseModel } from '#libs/linkage'
import { type ResolverForSpecs, ResolverWorld, uuidOf } from '../resolver-for-specs.ts'
import { bulkOf, generatedRecords, jobContext, stateOf } from './bulk-for-specs.ts'
import type { JobContext } from './bulk-jobs.ts'
import type { RecordLinker } from './record-linker.ts'
import { Staging } from './staging.ts'

const AGENT = '13900000001'

describe('a rebuild', () => {
  let world: ResolverWorld
  let resolver: ResolverForSpecs
  let context: JobContext

  beforeAll(async () => {
    world = await ResolverWorld.begin(limited())
    resolver = await world.resolver()
    context = jobContext(resolver)
  })

  afterAll(async () => {
    await context.session.release()
    await world.end()
  })

  beforeEach(async () => {
    await resolver.forgetAll()
    const records = generatedRecords(world, 120, 3)
    for (let at = 0; at < records.length; at += 25) await resolver.take(records.slice(at, at + 25))
    await resolver.take(
      Array.from({ length: 12 }, (_, n) =>
        world.registration(uuidOf(`agent ${n}`), { name: `王小${'一二三四五六七八九十甲乙'[n]}`, mobile: AGENT }),
      ),
    )
    const twice = { name: '赵铁柱', mobile: '13776543210', plate: '苏B7K123' }
    await resolver.take(
      ['32020619850312101', '32020619790831203'].map((start) =>
        world.registration(uuidOf(start), { ...twice, residentId: start + checkCharacter(start) }),
      ),
    )
    const corrected = records.find(({ kind }) => kind === 'registration')!
    await resolver.take([world.registration(corrected.id, { name: '王建国', mobile: '13912345678' }, 2)], 'correction')
    await resolver.dataSource.query(
      `delete from edge using record where record.id in (lo, hi)
         and version <> case record.id when lo then lo_version else hi_version end`,
    )
  })

  it('changes nothing where nothing is amiss, and says nothing', async () => {
    const before = await stateOf(resolver)
    expect(before.hubs.length).toBeGreaterThan(0)
    expect(before.items.length).toBeGreaterThan(0)
    const result = await bulkOf(resolver).rebuild.run(context)
    expect(result).toMatchObject({
      merges: 0,
      splits: 0,
      moved: 0,
      newReviewItems: 0,
      settledReviewItems: 0,
      arrivedMeanwhile: 0,
      edges: { added: 0, changed: 0, removed: 0 },
    })
    expect(await stateOf(resolver)).toEqual(before)
  })

  it('mends lost pairs, keys, and people that were mixed up, and tells of it', async () => {
    const [before, people] = [await stateOf(resolver), await resolver.partition()]
    await resolver.dataSource.query(`delete from edge where abs(weight) % 3 = 0`)
    await resolver.dataSource.query(`update edge set weight = weight - 9000 where abs(weight) % 5 = 0`)
    await resolver.dataSource.query(`delete from review_item where weight % 2 = 0`)
    await resolver.dataSource.query(
      `update record set exclusive_key = null, keys = keys[2:] where version = 1 and kind = 'lead'`,
    )
    await resolver.dataSource.query(
      `with numbered as (
         select record_id, identity_id, row_number() over (order by record_id) as n, count(*) over () as total
         from membership_of_record)
       update membership_of_record m set identity_id = other.identity_id
       from numbered own join numbered other on other.n = own.n % own.total + 1
       where own.record_id = m.record_id and own.n % 4 = 0`,
    )
    expect(await resolver.partition()).not.toEqual(people)
    const result = await bulkOf(resolver).rebuild.run(context)
    expect(result.moved).toBeGreaterThan(0)
    expect(result.edges.added).toBeGreaterThan(0)
    expect(await resolver.partition()).toEqual(people)
    const after = await stateOf(resolver)
    expect(after.edges).toEqual(before.edges)
    expect(after.keys).toEqual(before.keys)
    expect(after.found).toEqual(before.found)
    const events = await resolver.events()
    expect(events.slice(Number((before.events[0] as { count: string }).count)).map(({ type }) => type)).toContain(
      'identity.split',
    )
    expect(await bulkOf(resolver).rebuild.run(context)).toMatchObject({ moved: 0, edges: { added: 0, removed: 0 } })
  })

  it('lets records be found under their keys and no others', async () => {
    const { found } = await stateOf(resolver)
    await resolver.dataSource.query(`delete from block_key where key % 3 = 0`)
    await resolver.dataSource.query(
      `insert into block_key (key, record_id)
       select key, other.id from block_key cross join (select id from record order by id limit 1) other where key % 7 = 1
       on conflict do nothing`,
    )
    await resolver.dataSource.query(`insert into block_key (key, record_id) values (1, $1)`, [uuidOf('nobody')])
    await bulkOf(resolver).rebuild.run(context)
    expect((await stateOf(resolver)).found).toEqual(found)
  })

  it('leaves out the pairs of a key that was a hub for a while since it began', async () => {
    const crowd = Array.from({ length: 9 }, (_, n) =>
      world.registration(uuidOf(`crowd ${n}`), { mobile: '13911112222' }),
    )
    await resolver.take(crowd.slice(0, 8))
    const bulk = bulkOf(resolver)
    const gathered = await bulk.linker.read(world.model, context.progress)
    await bulk.linker.score(gathered, context.progress)
    await resolver.take(crowd.slice(8))
    await resolver.erase(crowd[8]!.id)
    const before = await stateOf(resolver)
    expect(await bulk.replacePartition.run(gathered, context)).toMatchObject({ edges: { added: 0, removed: 0 } })
    expect(await stateOf(resolver)).toEqual(before)
  })

  describe.each(['before its pairs are', 'after its pairs are', 'after all aside is'] as const)('%s staged', (when) => {
    it.each([
      ['takes in what came, was corrected, and was erased while it was under way', 8],
      ['takes in what became a hub, too', 9],
    ])('%s', async (_, crowded) => {
      const late = generatedRecords(world, 30, 4)
      // Who says nothing but a number is worth a pair, which goes when the number becomes a hub.
      const crowd = Array.from({ length: crowded }, (_, n) =>
        world.registration(uuidOf(`crowd ${n}`), { mobile: '13911112222' }),
      )
      await resolver.take(crowd.slice(0, 8))
      const [first, second] = generatedRecords(world, 120, 3).filter(({ kind }) => kind === 'registration')
      const meanwhile = async () => {
        await resolver.take(late)
        await resolver.take([world.registration(first!.id, { name: '李国强', mobile: AGENT }, 3)], 'correction')
        await resolver.erase(second!.id)
        if (crowded > 8) await resolver.take(crowd.slice(8))
      }
      const bulk = bulkOf(resolver, stagingBefore(meanwhile, when))
      const gathered = await bulk.linker.read(world.model, context.progress)
      await bulk.linker.score(gathered, context.progress)
      if (when.startsWith('before')) await meanwhile()
      const result = await bulk.replacePartition.run(gathered, context)
      expect(result).toMatchObject({
        moved: 0,
        arrivedMeanwhile: late.length + crowded - 6,
        edges: { added: 0, changed: 0 },
      })
      const after = await stateOf(resolver)
      expect(gathered.records.hubChanges > 0).toBe(crowded > 8)
      const [{ pairs }] = await resolver.dataSource.query(
        `select count(*)::int as pairs from edge where lo = any($1::uuid[]) and hi = any($1::uuid[])`,
        [crowd.map(({ id }) => id)],
      )
      expect(pairs > 0).toBe(crowded === 8)
      expect(await bulkOf(resolver).rebuild.run(context)).toMatchObject({ moved: 0, edges: { added: 0, removed: 0 } })
      expect(await stateOf(resolver)).toEqual(after)
    })
  })

  it('writes the pairs of what came last, and of what somebody wrote under another epoch, as they ought to be', async () => {
    const late = generatedRecords(world, 30, 4)
    const ids = late.map(({ id }) => id)
    const [paired] = await resolver.dataSource.query(
      `select r.id from record r where kind = 'registration' and version = 1
         and exists (select from edge where r.id in (lo, hi)) order by id limit 1`,
    )
    const came = [...ids, paired.id]
    let expected: object[] = []
    const stray = (epoch: number, where: string) =>
      resolver.dataSource.query(
        `insert into edge (lo, hi, lo_version, hi_version, weight, levels, epoch)
         select l.id, h.id, l.version, h.version, 9000, '{}', $1 from record l join record h on l.id < h.id
         where ${where} and not exists (select from edge where lo = l.id and hi = h.id) order by l.id, h.id limit 1`,
        [epoch, came],
      )
    const meanwhile = async () => {
      await resolver.take(late)
      await resolver.take([world.registration(paired.id, { name: '欧阳无双' }, 2)], 'correction')
      expected = (await stateOf(resolver)).edges
      await resolver.dataSource.query(`delete from edge where lo = any($1::uuid[]) or hi = any($1::uuid[])`, [ids])
      await stray(1, 'l.id = any($2::uuid[]) and h.id = any($2::uuid[])')
      await stray(99, 'l.id <> all($2::uuid[]) and h.id <> all($2::uuid[])')
    }
    const bulk = bulkOf(resolver, stagingBefore(meanwhile, 'after all'))
    expect(await bulk.rebuild.run(context)).toMatchObject({ moved: 0, edges: { removed: 2 } })
    expect((await stateOf(resolver)).edges).toEqual(expected)
  })

  it('decides about records that nobody has decided about yet', async () => {
    const people = await resolver.partition()
    await resolver.dataSource.query(`delete from membership_of_record where record_id::text < '4'`)
    await bulkOf(resolver).rebuild.run(context)
    expect(await resolver.partition()).toEqual(people)
  })

  it('finds the pairs that real time finds, with the same weights and levels', async () => {
    const { linker } = bulkOf(resolver)
    const whole = await linker.read(world.model, context.progress)
    await linker.score(whole, context.progress)
    expect(pairsOf(whole)).toEqual(await storedPairs(resolver))
  })
})

function pairsOf({ records }: Awaited<ReturnType<RecordLinker['read']>>): object[] {
  const { a, b, weight } = records.edges
  return Array.from(a, (from, edge) => {
    const [lo, hi] = [records.ids[from]!, records.ids[b[edge]!]!].sort()
    return { lo, hi, weight: weight[edge], levels: `{${records.levelsOf(edge).join(',')}}` }
  }).sort((x, y) => (`${x.lo} ${x.hi}` < `${y.lo} ${y.hi}` ? -1 : 1))
}

async function storedPairs({ dataSource }: ResolverForSpecs): Promise<object[]> {
  return dataSource.query(`select lo, hi, weight, levels::text from edge order by lo, hi`)
}

/** Something happens between the staging of pairs, or of what came during that, and the moment when everybody has to wait. */
function stagingBefore(meanwhile: () => Promise<void>, when: string): Staging {
  let times = 0
  return new (class extends Staging {
    override async stage(...given: Parameters<Staging['stage']>) {
      await super.stage(...given)
      if (when.startsWith('after its')) await meanwhile()
    }

    override async restage(...given: Parameters<Staging['restage']>) {
      await super.restage(...given)
      times += 1
      if (when.startsWith('after all') && times === 1) await meanwhile()
    }
  })()
}

/** A block limit that an agent's number exceeds. */
function limited(): Model {
  return parseModel({
    ...driversModel,
    prior: { ...driversModel.prior, population: 1_000_000 },
    hubValues: {},
    blocking: driversModel.blocking.map((rule) => (rule.name === 'mobile' ? { ...rule, limit: 8 } : rule)),
  })
}
