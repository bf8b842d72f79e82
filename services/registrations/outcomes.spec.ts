import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Client } from 'pg'
import { membershipApproved, newEvent, reviewAttached, reviewOpened } from '#libs/contracts'
import { eventually, FakePublisher, generateCampaign, startTestSystem, type TestSystem } from '#libs/testing'
import { registrations } from './service.ts'

describe('outcomes', () => {
  const memberships = new FakePublisher('memberships')
  let system: TestSystem
  let database: Client

  beforeAll(async () => {
    system = await startTestSystem([new FakePublisher('qr-codes').service, registrations, memberships.service])
    database = new Client({ connectionString: system.databaseUrl })
    await database.connect()
  })

  afterAll(async () => {
    await database.end()
    await system.stop()
  })

  /** Every event has had its effect. */
  const drained = () =>
    eventually(async () => {
      const { rows } = await database.query(
        `select (select count(*) from memberships.event_log) = (select count(*) from registrations.inbox) as all`,
      )
      return rows[0].all || undefined
    })

  it('hold by the number of their statement, in whatever order they come under the keys of different persons', async () => {
    const [driver] = generateCampaign({ drivers: 1, duplicates: 0, seed: 9 }).records
    const { registrationId, receipt } = (
      await system.request('/api/registrations', {
        body: { ...driver!.answers, consents: { join: true, residentId: true } },
        headers: { 'idempotency-key': 'outcomes' },
      })
    ).json
    const now = new Date()
    const caseId = crypto.randomUUID()
    const federationName = { zh: '无锡市总工会', en: 'Wuxi' }
    const status = async () => (await system.request(`/api/registrations/receipts/${receipt}`)).json
    const opened = (statement?: number) =>
      newEvent(
        reviewOpened,
        { caseId, identityId: crypto.randomUUID(), registrationId, federationId: null, statement },
        { now },
      )
    const approved = (memberNumber: string, statement: number) =>
      newEvent(
        membershipApproved,
        {
          caseId,
          identityId: crypto.randomUUID(),
          registrationIds: [registrationId],
          siteId: null,
          decidedAt: now.toISOString(),
          decidedBy: 'admin',
          memberId: crypto.randomUUID(),
          memberNumber,
          federationId: 'wx',
          federationName,
          statement,
        },
        { now },
      )
    const when = async (wanted: object) => {
      await drained()
      expect(await status()).toMatchObject(wanted)
    }
    await memberships.publish(opened())
    await when({ status: 'in_review' })
    await memberships.publish(approved('1', 5))
    await when({ status: 'approved', memberNumber: '1' })
    const attached = {
      caseId,
      identityId: crypto.randomUUID(),
      registrationId,
      caseStatus: 'approved' as const,
      memberNumber: '2',
      federationName,
    }
    await memberships.publish(newEvent(reviewAttached, { ...attached, statement: 6 }, { now }))
    await when({ status: 'approved', memberNumber: '2' })
    for (const late of [opened(4), opened(), approved('3', 3)]) {
      await memberships.publish(late)
      await when({ status: 'approved', memberNumber: '2' })
    }
    await memberships.publish(opened(7))
    await when({ status: 'in_review', memberNumber: null })
  })
})
