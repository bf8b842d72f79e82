import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { membershipApproved, membershipEnded, membershipRestored, newEvent } from '#libs/contracts'
import { eventually, FakePublisher, OPERATOR, startTestSystem, type TestSystem } from '#libs/testing'
import { insights } from './service.ts'

describe('the count of memberships', () => {
  const memberships = new FakePublisher('memberships')
  let system: TestSystem

  beforeAll(async () => {
    const others = (['qr-codes', 'registrations', 'identities'] as const).map((stream) => new FakePublisher(stream))
    system = await startTestSystem([...others.map(({ service }) => service), memberships.service, insights])
  })

  afterAll(() => system.stop())

  /** How many memberships a poster brought. */
  const broughtBy = async (siteId: string) => {
    const { sites } = (await system.request('/api/insights/funnel', { as: OPERATOR })).json
    return sites.find((site: { siteId: string }) => site.siteId === siteId)?.approved
  }

  /** An approval, an end and a restoration of a membership, with growing statements, under keys of different persons. */
  function lifeOf(memberId: string, siteId: string) {
    const now = new Date()
    const common = () => ({ caseId: crypto.randomUUID(), identityId: crypto.randomUUID(), memberId, siteId })
    const member = { memberNumber: '1', registrationIds: [crypto.randomUUID()] }
    const approvedAt = now.toISOString()
    const federation = { federationId: 'wx', federationName: { zh: '无锡', en: 'Wuxi' } }
    const decision = { decidedAt: approvedAt, decidedBy: 'admin' }
    const stays = { memberId: crypto.randomUUID(), memberNumber: '2' }
    const end = { reason: 'duplicate' as const, endedAt: approvedAt, stays }
    return {
      approved: newEvent(
        membershipApproved,
        { ...common(), ...member, ...federation, ...decision, statement: 1 },
        { now },
      ),
      ended: newEvent(membershipEnded, { ...common(), ...member, ...end, approvedAt, statement: 2 }, { now }),
      restored: newEvent(
        membershipRestored,
        { ...common(), ...member, approvedAt, restoredAt: approvedAt, statement: 3 },
        { now },
      ),
    }
  }

  const shows = (siteId: string, wanted: number | undefined) =>
    eventually(async () => {
      expect(await broughtBy(siteId)).toBe(wanted)
      return true
    })

  it('ends with the latest statement, whatever came before it', async () => {
    const [ended, restored, marker] = [crypto.randomUUID(), crypto.randomUUID(), crypto.randomUUID()]
    const first = lifeOf(crypto.randomUUID(), ended)
    const second = lifeOf(crypto.randomUUID(), restored)
    await memberships.publish(second.approved, second.restored)
    await shows(restored, 1)
    await memberships.publish(first.ended, second.ended)
    await memberships.publish(first.approved, lifeOf(crypto.randomUUID(), marker).approved)
    await shows(marker, 1)
    await shows(restored, 1)
    expect((await broughtBy(ended)) ?? 0).toBe(0)
  })
})
