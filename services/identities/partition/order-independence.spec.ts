import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { driversModel, freezeKnowledge, linkRecords, type Model, parseModel, tableOf } from '#libs/linkage'
import { generateCampaign, Random } from '#libs/testing'
import type { Person, RecordContent } from '../records/record-content.ts'
import { masked, type ResolverForSpecs, ResolverWorld, uuidOf } from '../resolver-for-specs.ts'

const MOBILE_LIMIT = 8
const AGENT = '13900000001'
const ORDERS = 20

/** What came: records as they stand in the end, and what some of them said before they were corrected. */
interface Arrived {
  readonly latest: readonly RecordContent[]
  readonly earlier: readonly RecordContent[]
}

let world: ResolverWorld
let resolver: ResolverForSpecs
let arrived: Arrived
let inBulk: { people: string[][]; dropped: number }

beforeAll(async () => {
  world = await ResolverWorld.begin(frozen(peopleOf().map(({ id, person }) => ({ id, ...person }))))
  resolver = await world.resolver()
  arrived = generated(world)
  inBulk = await bulk(world.model, arrived.latest)
})

afterAll(() => world.end())

it('has to do with people who came several times, masked leads, couples, fleets and a hub', () => {
  const all = arrived.latest
  expect(all.length).toBeGreaterThan(250)
  expect(all.filter(({ kind }) => kind === 'lead').length).toBeGreaterThan(30)
  expect(arrived.earlier.length).toBeGreaterThan(20)
  expect(inBulk.dropped).toBeGreaterThan(0)
  expect(inBulk.people.filter(({ length }) => length > 1).length).toBeGreaterThan(50)
  expect(inBulk.people.filter(({ length }) => length > 2).length).toBeGreaterThan(5)
})

it.each(Array.from({ length: ORDERS }, (_, seed) => seed))(
  'finds the same people in arrival order %i as in bulk',
  async (seed) => {
    await resolver.forgetAll()
    const random = new Random(seed)
    // Half the corrections overtake what they correct.
    const events = random.shuffled([...arrived.latest, ...arrived.earlier])
    for (let at = 0; at < events.length; ) {
      const size = random.integer(1, 40)
      const batch = events.slice(at, at + size)
      const again = random.chance(0.2) ? events.slice(Math.max(0, at - 10), at) : []
      await deliver([...again, ...batch])
      at += size
    }
    expect(await resolver.partition()).toEqual(inBulk.people)
    expect(await resolver.dataSource.query('select rule from hub')).toHaveLength(inBulk.dropped)
  },
)

async function deliver(batch: readonly RecordContent[]): Promise<void> {
  const corrections = batch.filter(({ version }) => version > 1)
  await resolver.take(batch.filter(({ version }) => version === 1))
  if (corrections.length > 0) await resolver.take(corrections, 'correction')
}

async function bulk(model: Model, contents: readonly RecordContent[]): Promise<typeof inBulk> {
  const table = tableOf(
    model,
    contents.map((content) => resolver.opener.row(content)),
  )
  const { blocking, clustering } = await linkRecords(model, table, { workers: 0 })
  const clusters = new Map<number, string[]>()
  clustering.clusterOf.forEach((root, at) => {
    clusters.set(root, [...(clusters.get(root) ?? []), table.ids.get(at)])
  })
  const people = [...clusters.values()].map((ids) => ids.sort()).sort(([x], [y]) => (x! < y! ? -1 : 1))
  return { people, dropped: blocking.dropped.length }
}

/** The shipped model, with frequencies as an epoch freezes them, and a block limit that an agent's number exceeds. */
function frozen(people: readonly (Person & { readonly id: string })[]): Model {
  const model = parseModel({
    ...driversModel,
    prior: { ...driversModel.prior, population: 1_000_000 },
    blocking: driversModel.blocking.map((rule) => (rule.name === 'mobile' ? { ...rule, limit: MOBILE_LIMIT } : rule)),
  })
  const rows = people.map(({ id, name, residentId, mobile, plate }) => ({
    record_id: id,
    name: name ?? undefined,
    resident_id: residentId ?? undefined,
    mobile: mobile ?? undefined,
    plate: plate ?? undefined,
  }))
  const { frequencies } = freezeKnowledge(model, tableOf(model, rows))
  return { ...model, frequencies, hubValues: {} }
}

function peopleOf(): { id: string; person: Person; platform: string }[] {
  const { records } = generateCampaign({ drivers: 180, duplicates: 0.45, seed: 21 })
  return records.map(({ answers: { name, residentId, mobile, plate, platform } }, at) => ({
    id: uuidOf(`record ${at}`),
    // An agent signed up every twelfth with a number of his own.
    person: { name, residentId: at % 5 === 2 ? null : residentId, mobile: at % 12 === 0 ? AGENT : mobile, plate },
    platform: platform ?? 'other',
  }))
}

function generated(in_: ResolverWorld): Arrived {
  const earlier: RecordContent[] = []
  const latest = peopleOf().map(({ id, person, platform }, at) => {
    if (at % 6 === 1) return in_.lead(id, masked(person), 1, platform)
    if (at % 8 !== 3) return in_.registration(id, person, 1, platform)
    earlier.push(in_.registration(id, { ...person, name: '王建国', plate: '苏B99999' }, 1, platform))
    return in_.registration(id, person, 2, platform)
  })
  return { latest, earlier }
}
