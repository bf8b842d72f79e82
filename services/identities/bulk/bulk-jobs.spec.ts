import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { eventually } from '#libs/testing'
import { type ResolverForSpecs, ResolverWorld } from '../resolver-for-specs.ts'
import { bulkOf, generatedRecords, stateOf } from './bulk-for-specs.ts'
import { type BulkJob, BulkJobs, type JobContext } from './bulk-jobs.ts'
import { Staging } from './staging.ts'

let world: ResolverWorld
let [one, other]: ResolverForSpecs[] = []

beforeAll(async () => {
  world = await ResolverWorld.begin()
  ;[one, other] = [await world.resolver(), await world.resolver()]
  await one.take(generatedRecords(world, 60, 3))
})

afterAll(() => world.end())

it('leaves nothing of what it staged, whether its work is done or fails', async () => {
  const jobs = new BulkJobs(one!.dataSource)
  for (const fails of [false, true]) {
    const job = await ended(
      jobs,
      await jobs.start({ kind: 'rebuild', startedBy: 'o' }, async (context) => {
        await stage(one!, context)
        expect(await staged(one!)).toBeGreaterThan(0)
        if (fails) throw new Error('no more')
        return {}
      }),
    )
    expect(job.state).toBe(fails ? 'failed' : 'done')
    await jobs.onApplicationShutdown()
    expect(await staged(one!)).toBe(0)
  }
})

it('changes nothing once its session is lost and another job may have begun', async () => {
  const before = await stateOf(one!)
  const [first, second] = [new BulkJobs(one!.dataSource), new BulkJobs(other!.dataSource)]
  const [isStaged, goOn] = [signal(), signal()]
  const lost = await first.start({ kind: 'rebuild', startedBy: 'o' }, async (context) => {
    const { linker, replacePartition } = bulkOf(one!, heldAfter(isStaged.give, goOn.given))
    const gathered = await linker.read(world.model, context.progress)
    await linker.score(gathered, context.progress)
    return replacePartition.run(gathered, context)
  })
  await isStaged.given
  await other!.dataSource.query(
    `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted
       and database = (select oid from pg_database where datname = current_database())`,
  )
  const next = await untilFree(() =>
    second.start({ kind: 'rebuild', startedBy: 'o' }, async (context) => {
      await stage(other!, context)
      goOn.give()
      await first.onApplicationShutdown()
      return bulkOf(other!).rebuild.run(context)
    }),
  )
  expect(await ended(second, next)).toMatchObject({ state: 'done', result: { moved: 0, edges: { removed: 0 } } })
  expect(await second.one(lost.jobId)).toMatchObject({
    state: 'failed',
    error: { en: expect.stringContaining('nothing was changed: start it again') },
  })
  expect(await stateOf(one!)).toEqual(before)
})

async function stage(resolver: ResolverForSpecs, { session, progress }: JobContext): Promise<void> {
  const gathered = await bulkOf(resolver).linker.read(world.model, progress)
  await new Staging().stage(session, gathered)
}

/** Staged tables that any session has. */
async function staged({ dataSource }: ResolverForSpecs): Promise<number> {
  const [{ tables }] = await dataSource.query(
    `select count(*)::int as tables from pg_class where relname like 'staged%' and relkind = 'r'`,
  )
  return tables
}

/** Stops between the staging and the moment when everybody has to wait. */
function heldAfter(reached: () => void, goOn: Promise<void>): Staging {
  return new (class extends Staging {
    override async stage(...given: Parameters<Staging['stage']>) {
      await super.stage(...given)
      reached()
      await goOn
    }
  })()
}

function signal() {
  let give = () => {}
  const given = new Promise<void>((resolve) => {
    give = resolve
  })
  return { give, given }
}

/** A session that was ended holds its locks until its process has noticed. */
async function untilFree(start: () => Promise<BulkJob>): Promise<BulkJob> {
  return eventually(() => start().catch(() => undefined))
}

async function ended(jobs: BulkJobs, { jobId }: BulkJob): Promise<BulkJob> {
  return eventually(async () => {
    const job = await jobs.one(jobId)
    return job.state === 'running' ? undefined : job
  })
}
