import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Client } from 'pg'
import { hostServices } from '#libs/platform'
import { eventually, FakePublisher, OPERATOR, startTestSystem, type TestSystem } from '#libs/testing'
import { identities } from '../service.ts'

const hosted = [new FakePublisher('registrations').service, new FakePublisher('federations').service, identities]
const ADMIN = { role: 'admin', federationId: 'wx' } as const

describe('work on all records over HTTP', () => {
  let system: TestSystem
  let database: Client

  beforeAll(async () => {
    system = await startTestSystem(hosted)
    database = new Client({ connectionString: system.databaseUrl, options: '-c search_path=identities' })
    await database.connect()
  })

  afterAll(async () => {
    await database.end()
    await system.stop()
  })

  const post = (path: string, body: object = {}) => system.request(`/api/identities/${path}`, { as: OPERATOR, body })

  const done = (jobId: string) =>
    eventually(async () => {
      const { json } = await system.request(`/api/identities/jobs/${jobId}`, { as: OPERATOR })
      return json.state === 'running' ? undefined : json
    })

  it('rebuilds in the background and tells how far it is', async () => {
    const started = await post('rebuild')
    expect(started).toMatchObject({ status: 202, json: { kind: 'rebuild', state: 'running', result: null } })
    expect(await done(started.json.jobId)).toMatchObject({
      state: 'done',
      share: 1,
      result: { records: 0, moved: 0, merges: 0, edges: { added: 0, changed: 0, removed: 0 } },
    })
  })

  it('is for the operator alone', async () => {
    for (const path of ['rebuild', 'epochs', 'epochs/2/approve', 'epochs/2/discard']) {
      const answer = await system.request(`/api/identities/${path}`, { as: ADMIN, body: { reason: 'good' } })
      expect([path, answer.status]).toEqual([path, 403])
    }
    expect((await system.request('/api/identities/epochs', { as: ADMIN })).status).toBe(403)
  })

  it('does one at a time, whichever process has it', async () => {
    await database.query(`select pg_advisory_lock(hashtextextended('bulk job', 0))`)
    const refused = await post('rebuild')
    expect(refused).toMatchObject({ status: 409, json: { code: 'bulk_job_running' } })
    await database.query(`select pg_advisory_unlock(hashtextextended('bulk job', 0))`)
    const { json } = await post('rebuild')
    expect(await done(json.jobId)).toMatchObject({ state: 'done' })
  })

  it('refuses what makes no sense, and says why', async () => {
    expect(await post('epochs')).toMatchObject({ status: 409, json: { code: 'too_few_records' } })
    expect(await post('epochs/1/approve', { reason: 'again' })).toMatchObject({ json: { code: 'epoch_in_force' } })
    expect(await post('epochs/7/approve', { reason: 'good' })).toMatchObject({ json: { code: 'no_such_epoch' } })
    expect(await post('epochs/1/discard', { reason: 'bad!' })).toMatchObject({ json: { code: 'no_such_epoch' } })
    expect((await post('epochs/1/approve')).status).toBe(400)
    const { json } = await system.request('/api/identities/epochs', { as: OPERATOR })
    expect(json).toMatchObject({ epochs: [{ epoch: 1, state: 'active', diff: null }], job: null })
    const unknown = await system.request(`/api/identities/jobs/${crypto.randomUUID()}`, { as: OPERATOR })
    expect(unknown).toMatchObject({ status: 404, json: { code: 'no_such_job' } })
  })

  it('tells of work that ended with its process, and can be started again', async () => {
    const jobId = crypto.randomUUID()
    await database.query(
      `insert into bulk_job (id, kind, state, stage, share, started_by, started_at)
       values ($1, 'train', 'running', 'scoring', 0.5, 'o', now())`,
      [jobId],
    )
    const second = await hostServices(hosted, {
      environment: {
        ...system.secrets,
        DATABASE_URL: system.databaseUrl,
        PORT: '0',
        HOST: '127.0.0.1',
        LOG_LEVEL: 'silent',
      },
    })
    await second.stop()
    const ended = await system.request(`/api/identities/jobs/${jobId}`, { as: OPERATOR })
    expect(ended.json).toMatchObject({ state: 'failed', error: { en: expect.stringContaining('start it again') } })
    expect(await done((await post('rebuild')).json.jobId)).toMatchObject({ state: 'done' })
  })
})
