import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { Logger } from '@nestjs/common'
import { transact } from '#libs/database'
import { type ResolverForSpecs, ResolverWorld, strangers, uuidOf } from '../resolver-for-specs.ts'
import { DeferredComponents } from './deferred-components.ts'
import { judged, revoked } from './partition-for-specs.ts'
import type { Partitioning } from './partitioning.ts'

const [one, withId, third] = strangers()
const another = { ...withId!, residentId: null }
const idsOf = (...names: string[]) => names.map(uuidOf).sort()
const [ours, theirs] = [idsOf('a', 'b', 'c', 'd'), idsOf('e', 'f', 'g', 'h')]

let world: ResolverWorld
let unbounded: ResolverForSpecs
let resolver: ResolverForSpecs
let deferred: DeferredComponents

beforeAll(async () => {
  Logger.overrideLogger(false)
  world = await ResolverWorld.begin()
  unbounded = await world.resolver()
  resolver = await world.resolver({ maxComponent: 3 })
  deferred = decidingWith(resolver.partitioning)
})

beforeEach(async () => {
  await resolver.forgetAll()
  await unbounded.take([...ours.map((id) => world.registration(id, one!))])
  await unbounded.take([...theirs.map((id) => world.registration(id, another))])
  expect(await resolver.partition()).toEqual([ours, theirs].sort())
})

afterAll(() => world.end())

describe('when one change touches several components that are too large', () => {
  it('each of them waits, though nothing of them is undecided', async () => {
    await judge('cannot', ours[0]!, ours[1]!)
    await judge('cannot', theirs[0]!, theirs[1]!)
    await recompute([ours[0]!, theirs[0]!])
    expect(await waiting()).toHaveLength(2)
    expect(await resolver.partition()).toHaveLength(2)
    await decideAll()
    expect(await resolver.partition()).toHaveLength(4)
  })

  it('each of them waits, though something is undecided in the other', async () => {
    const late = uuidOf('late')
    await judge('cannot', theirs[0]!, theirs[1]!)
    await resolver.take([world.registration(late, one!)])
    await recompute([late, theirs[0]!])
    await decideAll()
    expect(await resolver.partition()).toHaveLength(3)
    expect(await resolver.identityOf(late)).toBe(await resolver.identityOf(ours[0]!))
  })

  it('an erasure that parts them lets each of them wait', async () => {
    const more = idsOf('i', 'j')
    await unbounded.take(more.map((id) => world.registration(id, one!)))
    for (const kind of ['must', 'cannot'] as const) await judge(kind, ours[0]!, theirs[0]!)
    await resolver.erase(ours[0]!)
    expect(await waiting()).toHaveLength(2)
    await decideAll()
    expect(await resolver.partition()).toEqual([[...ours.slice(1), ...more].sort(), theirs].sort())
  })
})

describe('a component that can’t be decided', () => {
  it('goes behind the others with all that waits of it, and is tried again', async () => {
    const more = idsOf('i', 'j', 'k')
    await resolver.take(more.map((id) => world.registration(id, one!)))
    await recompute([theirs[0]!])
    await judge('cannot', theirs[0]!, theirs[1]!)
    let failing = true
    const failsWithOurs = decidingWith({
      recompute: (tx, change, now) => {
        if (failing && !theirs.includes(change.seeds[0]!)) throw new Error('too slow')
        return resolver.partitioning.recompute(tx, change, now)
      },
    })
    await expect(failsWithOurs.next(new Date())).rejects.toThrow('too slow')
    expect(await failsWithOurs.next(new Date())).toBe(true)
    expect(await resolver.partition()).toHaveLength(3)
    await expect(failsWithOurs.next(new Date())).rejects.toThrow('too slow')
    failing = false
    expect(await failsWithOurs.next(new Date())).toBe(true)
    expect(await failsWithOurs.next(new Date())).toBe(false)
    expect(await resolver.identityOf(more[0]!)).toBe(await resolver.identityOf(ours[0]!))
  })
})

describe('an undoing that waits', () => {
  let before: Map<string, string>
  let undo: () => Promise<void>
  const since = uuidOf('since')

  /** So many that the id of ours would go to theirs. */
  beforeEach(async () => {
    before = await identities()
    undo = await mergeAll()
    await resolver.take([world.registration(since, another)])
    await decideAll()
  })

  it('gives people their former ids back, whichever of them survived and whoever came since', async () => {
    await undo()
    expect(new Set((await identities()).values()).size).toBe(1)
    await decideAll()
    expect(await identities()).toEqual(before)
    expect(await resolver.identityOf(since)).toBe(before.get(theirs[0]!))
    expect(await resolver.told()).toEqual(await resolver.stored())
  })

  it('is not lost when another row of its component is decided about first', async () => {
    await resolver.take(idsOf('i', 'j').map((id) => world.registration(id, another)))
    await undo()
    await decideAll()
    expect(await identities()).toEqual(before)
    expect(await waiting()).toEqual([])
  })

  it('goes back as far as the earliest of those that wait with it', async () => {
    await undo()
    await resolver.dataSource.query(
      `insert into deferred_record (record_id, cause, undone, deferred_at) values ($1, 'decision', now(), '2026-01-01')`,
      [theirs[3]],
    )
    await decideAll()
    expect(await identities()).toEqual(before)
  })

  it('is not lost when the record it waits with is erased', async () => {
    await undo()
    const erased = (await waiting())[0]!
    await resolver.erase(erased)
    await decideAll()
    before.delete(erased)
    expect(await identities()).toEqual(before)
  })

  it('comes in time when erasures leave a component that is decided about at once', async () => {
    await undo()
    const left = [...ours.slice(0, 1), ...theirs.slice(0, 2)]
    expect(left).toContain((await waiting())[0])
    await resolver.erase(...[...ours, ...theirs, since].filter((id) => !left.includes(id)))
    expect(await identities()).toEqual(new Map([...before].filter(([id]) => left.includes(id))))
  })
})

describe('what waits for a component', () => {
  it('stays when it came, or became something else, while the component was decided', async () => {
    const late = uuidOf('late')
    await resolver.take([world.registration(late, one!)])
    const meanwhile = decidingWith({
      recompute: async (tx, change, now) => {
        await resolver.dataSource.query(
          `with corrected as (update deferred_record set cause = 'correction' where record_id = $1)
           insert into deferred_record (record_id, cause, undone, deferred_at)
           values ($2, 'correction', null, now()), ($3, 'decision', now(), now())`,
          [late, ...ours.slice(0, 2)],
        )
        return resolver.partitioning.recompute(tx, change, now)
      },
    })
    await meanwhile.next(new Date())
    expect((await waiting()).sort()).toEqual([late, ...ours.slice(0, 2)].sort())
    await decideAll()
    const told = await resolver.told()
    expect([late, ...ours.slice(0, 2)].map((id) => told.get(id)?.revision)).toEqual([2, 2, 1])
  })
})

describe('what is suspected of an identity that waits', () => {
  const other = uuidOf('other id')
  const items = () => resolver.dataSource.query('select lo, hi, kind, weight from review_item order by lo, hi')
  const saidOfDuplicates = async () => (await resolver.events()).filter(({ type }) => type.startsWith('duplicate.'))

  beforeEach(async () => {
    await unbounded.take([world.registration(other, { ...one, residentId: withId!.residentId, plate: null })])
    expect(await items()).toMatchObject([{ kind: 'id_conflict' }])
  })

  it('stays as it is while the other one is decided about', async () => {
    const [before, said] = [await items(), await saidOfDuplicates()]
    await recompute([ours[0]!, other])
    expect([await items(), await saidOfDuplicates()]).toEqual([before, said])
    await decideAll()
    expect([await items(), await saidOfDuplicates()]).toEqual([before, said])
  })

  it('is over when the other one is no more, and of its successor it is said later', async () => {
    const elders = idsOf('i', 'j')
    await unbounded.take(elders.map((id) => world.registration(id, { ...third!, residentId: null })))
    const [gone, stays] = [await resolver.identityOf(other), await resolver.identityOf(elders[0]!)]
    await judge('must', elders[0]!, other)
    await recompute([ours[0]!, other])
    expect(await resolver.identityOf(other)).toBe(stays)
    expect(await items()).toEqual([])
    expect((await saidOfDuplicates()).at(-1)?.type).toBe('duplicate.settled')
    await decideAll()
    const [item] = await items()
    expect([item.lo, item.hi]).toContain(stays)
    expect([item.lo, item.hi]).not.toContain(gone)
    expect((await saidOfDuplicates()).at(-1)?.type).toBe('duplicate.suspected')
  })
})

/** All ids by record, in the order of the records. */
async function identities(ids: readonly string[] = [...ours, ...theirs]): Promise<Map<string, string>> {
  const rows: { id: string; identity: string }[] = await resolver.dataSource.query(
    'select record_id as id, identity_id as identity from membership_of_record where record_id = any($1) order by 1',
    [ids],
  )
  return new Map(rows.map(({ id, identity }) => [id, identity]))
}

async function waiting(): Promise<string[]> {
  const rows: { id: string }[] = await resolver.dataSource.query(
    'select record_id as id from deferred_record order by deferred_at, record_id',
  )
  return rows.map(({ id }) => id)
}

async function decideAll(): Promise<void> {
  while (await deferred.next(new Date()));
}

async function recompute(seeds: string[], undone?: Date): Promise<void> {
  await transact(resolver.dataSource, (tx) =>
    resolver.partitioning.recompute(tx, { cause: 'decision', seeds, undone }, new Date()),
  )
}

/** Judges that ours and theirs are one person, decides so, and returns what takes that back. */
async function mergeAll(): Promise<() => Promise<void>> {
  const at = new Date()
  const judgement = await judge('must', ours[0]!, theirs[0]!)
  await recompute([ours[0]!, theirs[0]!])
  await decideAll()
  expect(await resolver.partition()).toHaveLength(1)
  return async () => {
    await revoked(resolver.dataSource, judgement)
    await recompute([ours[0]!, theirs[0]!], at)
  }
}

const judge = (kind: 'must' | 'cannot', a: string, b: string) => judged(resolver.dataSource, kind, a, b)

function decidingWith(partitioning: Pick<Partitioning, 'recompute'>): DeferredComponents {
  return new DeferredComponents(
    resolver.dataSource,
    resolver.records,
    partitioning as Partitioning,
    resolver.activeModel,
  )
}
