import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type Model, parseModel } from '#libs/linkage'
import { firstEpoch } from '../evidence/active-model.ts'
import { type ResolverForSpecs, ResolverWorld } from '../resolver-for-specs.ts'
import { draftAnswer } from './bulk-answers.ts'
import { bulkOf, generatedRecords, jobContext, stateOf } from './bulk-for-specs.ts'
import type { JobContext } from './bulk-jobs.ts'
import { agreementOf } from './epoch-training.ts'
import { SampleView } from './sample-view.ts'

describe('an epoch', () => {
  let world: ResolverWorld
  let resolver: ResolverForSpecs
  let other: ResolverForSpecs
  let bulk: ReturnType<typeof bulkOf>
  let context: JobContext
  let underFirst: string[][]

  beforeAll(async () => {
    world = await ResolverWorld.begin(quicklyTrained())
    resolver = await world.resolver()
    other = await world.resolver()
    bulk = bulkOf(resolver)
    context = jobContext(resolver)
    const records = generatedRecords(world, 350, 5)
    for (let at = 0; at < records.length; at += 100) await resolver.take(records.slice(at, at + 100))
    underFirst = await resolver.partition()
  })

  afterAll(async () => {
    await context.session.release()
    await world.end()
  })

  it('is the same to the last bit from the same records, and changes nothing while it is a draft', async () => {
    const before = await stateOf(resolver)
    await bulk.training.train(2, 'o', context)
    const first = await bulk.register.draft(2)
    await resolver.dataSource.query(`delete from epoch_draft`)
    await bulkOf(other).training.train(2, 'o', context)
    expect(await bulk.register.draft(2)).toEqual(first)
    expect(first.model.comparisons).not.toEqual(world.model.comparisons)
    expect(first.model.frequencies!.population).toBe(before.members.length)
    expect(await stateOf(resolver)).toEqual(before)
  })

  it('has a draft that says what it changes, and examples of it', async () => {
    const { numbers, samples } = await bulk.register.draft(2)
    expect(numbers).toMatchObject({ records: underFirst.flat().length, peopleBefore: underFirst.length })
    expect(numbers.merges + numbers.splits).toBeGreaterThan(0)
    expect(numbers.peopleAfter).not.toBe(numbers.peopleBefore)
    expect(samples.length).toBeGreaterThan(0)
    expect(samples.length).toBeLessThanOrEqual(50)
    const together = (people: string[][], lo: string, hi: string) =>
      people.some((ids) => ids.includes(lo) && ids.includes(hi))
    for (const { kind, lo, hi } of samples) expect(together(underFirst, lo, hi)).toBe(kind === 'split')
  })

  it('shows the examples masked, with the evidence in force and under the draft', async () => {
    const { model, numbers, samples } = await bulk.register.draft(2)
    const view = new SampleView(resolver.dataSource, resolver.activeModel, resolver.records, resolver.opener)
    const viewed = await view.of(samples, model)
    expect(draftAnswer.parse({ epoch: 2, diff: numbers, samples: viewed }).samples).toHaveLength(samples.length)
    for (const { kind, inForce, drafted } of viewed) {
      expect([inForce.epoch, drafted.epoch]).toEqual([1, 2])
      if (kind === 'merge') expect(drafted.total).toBeGreaterThan(inForce.total)
    }
    const shown = JSON.stringify(viewed)
    const contents = await resolver.records.contents(
      resolver.dataSource,
      samples.flatMap(({ lo, hi }) => [lo, hi]),
    )
    for (const content of contents.values()) {
      const { name, residentId, mobile } = resolver.opener.open(content)
      for (const value of [name, residentId, mobile]) {
        if (value && !value.includes('*')) expect(shown).not.toContain(`"${value}"`)
      }
    }
  })

  it('changes what its draft said when it is approved, and tells of it', async () => {
    const draft = await bulk.register.draft(2)
    const { count } = (await stateOf(resolver)).events[0] as { count: string }
    const done = await bulk.training.activate(await bulk.register.candidate(2), 'o', 'trained', context)
    expect(done).toMatchObject({ ...draft.numbers, drafted: draft.numbers, agreement: 'as_drafted' })
    expect(await resolver.partition()).toHaveLength(draft.numbers.peopleAfter)
    const told = (await resolver.events()).slice(Number(count))
    expect(told.filter(({ type }) => type === 'identity.merged').length).toBe(draft.numbers.merges)
    expect(told.every(({ data }) => data.cause === undefined || data.cause === 'epoch')).toBe(true)
    expect(await bulk.rebuild.run(context)).toMatchObject({ moved: 0, edges: { added: 0, changed: 0, removed: 0 } })
  })

  it('is the one that records are weighed under from then on, in every process', async () => {
    expect((await other.activeModel.current()).epoch).toBe(1)
    await other.take(generatedRecords(world, 20, 6))
    expect((await other.activeModel.current()).epoch).toBe(2)
    expect(await bulk.rebuild.run(context)).toMatchObject({ moved: 0, edges: { added: 0, changed: 0, removed: 0 } })
    await other.erase(...generatedRecords(world, 20, 6).map(({ id }) => id))
  })

  it('gives the same people again when it comes in force again', async () => {
    const underSecond = await resolver.partition()
    const back = await bulk.training.activate(await bulk.register.candidate(1), 'o', 'back again', context)
    expect(back).toMatchObject({ agreement: 'no_draft', drafted: null })
    expect(await resolver.partition()).toEqual(underFirst)
    await expect(bulk.register.candidate(1)).rejects.toMatchObject({ code: 'epoch_in_force' })
    await bulk.training.activate(await bulk.register.candidate(2), 'o', 'and forth', context)
    expect(await resolver.partition()).toEqual(underSecond)
  })

  it('that was drafted before more records came includes them', async () => {
    await bulk.training.train(3, 'o', context)
    const late = generatedRecords(world, 20, 7)
    await resolver.take(late)
    const done = await bulk.training.activate(await bulk.register.candidate(3), 'o', 'trained', context)
    expect(done.records).toBe(done.drafted!.records + late.length)
    expect(done.agreement).toBe('records_changed')
    expect(await bulk.rebuild.run(context)).toMatchObject({ moved: 0 })
  })

  it('comes in force while records keep coming, and misses none', async () => {
    const late = generatedRecords(world, 80, 8)
    const arriving = (async () => {
      for (let at = 0; at < late.length; at += 4) await other.take(late.slice(at, at + 4))
    })()
    await bulk.training.activate(await bulk.register.candidate(1), 'o', 'back again', context)
    await bulk.training.activate(await bulk.register.candidate(3), 'o', 'and forth', context)
    await arriving
    const people = await resolver.partition()
    expect(people.flat()).toEqual(expect.arrayContaining(late.map(({ id }) => id)))
    expect(await bulk.rebuild.run(context)).toMatchObject({ moved: 0, edges: { added: 0, changed: 0, removed: 0 } })
    const [{ wrong }] = await resolver.dataSource.query(
      `select count(*)::int as wrong from edge where epoch <> (select epoch from model_epoch where state = 'active')`,
    )
    expect(wrong).toBe(0)
  })

  it('loses its model once it is neither in force nor the one before, nor shipped', async () => {
    const kept = async () =>
      (await bulk.register.list()).flatMap(({ epoch, modelKept }: { epoch: number; modelKept: boolean }) =>
        modelKept ? [epoch] : [],
      )
    expect(await kept()).toEqual([3, 1])
    await expect(bulk.register.candidate(2)).rejects.toMatchObject({ code: 'epoch_model_removed' })
    await expect(bulk.register.draft(2)).rejects.toMatchObject({ code: 'no_such_epoch' })
    const sealed = await resolver.dataSource.query(
      `select epoch from model_epoch where sealed is not null union all select epoch from epoch_draft where sealed is not null
       order by 1`,
    )
    expect(sealed).toEqual([{ epoch: 1 }, { epoch: 3 }])
  })

  it('is decided about once: a discarded draft does not come in force', async () => {
    const epoch = await bulk.register.nextNumber()
    await bulk.training.train(epoch, 'o', context)
    const model = await bulk.register.candidate(epoch)
    await expect(bulk.register.nextNumber()).rejects.toMatchObject({ code: 'epoch_draft_open' })
    await bulk.register.discard(epoch, 'o', 'worse')
    await expect(bulk.register.candidate(epoch)).rejects.toMatchObject({ code: 'no_such_epoch' })
    const [draft] = await resolver.dataSource.query(`select sealed from epoch_draft where epoch = $1`, [epoch])
    expect(draft.sealed).toBeNull()
    await expect(bulk.register.discard(epoch, 'o', 'again')).rejects.toMatchObject({ code: 'no_such_epoch' })
    await expect(bulk.training.activate(model, 'o', 'too late', context)).rejects.toMatchObject({
      code: 'no_such_epoch',
    })
    expect(await bulk.register.nextNumber()).toBe(epoch + 1)
  })
})

it('tells an outcome that the same records do not explain', () => {
  const draft = { basis: 'b', outcome: 'o' }
  expect(agreementOf({ basis: 'b', outcome: 'o' }, draft)).toBe('as_drafted')
  expect(agreementOf({ basis: 'b', outcome: 'x' }, draft)).toBe('unexplained')
  expect(agreementOf({ basis: 'y', outcome: 'x' }, draft)).toBe('records_changed')
})

/** The shipped model with a training that takes less time. */
function quicklyTrained(): Model {
  const model = firstEpoch()
  return parseModel({ ...model, training: { ...model.training!, randomPairs: 20_000, blockedPairs: 20_000 } })
}
