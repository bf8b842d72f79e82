import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Client } from 'pg'
import {
  type Application,
  duplicateSettled,
  duplicateSuspected,
  identityMerged,
  identityResolved,
  identitySplit,
  newEvent,
  subjectErased,
} from '#libs/contracts'
import { FieldCipher, KeyRing } from '#libs/privacy'
import { eventually, FakePublisher, OPERATOR, startTestSystem, type TestSystem } from '#libs/testing'
import { federations } from './federations/service.ts'
import { insights } from './insights/service.ts'
import { memberships } from './memberships/service.ts'
import { notifications } from './notifications/service.ts'

/** The services behind identities, when identities say of registrations that they are somebody else's after all. */
describe('registrations that change their person', () => {
  const identities = new FakePublisher('identities')
  const registrations = new FakePublisher('registrations')
  let system: TestSystem
  let database: Client
  let cipher: FieldCipher
  let submitted = 0

  beforeAll(async () => {
    const scans = new FakePublisher('qr-codes')
    const hosted = [
      scans.service,
      identities.service,
      registrations.service,
      federations,
      memberships,
      notifications,
      insights,
    ]
    system = await startTestSystem(hosted)
    cipher = new FieldCipher(KeyRing.parse(system.secrets.FIELD_KEYS))
    database = new Client({ connectionString: system.databaseUrl })
    await database.connect()
  })

  afterAll(async () => {
    await database.end()
    await system.stop()
  })

  const now = () => new Date()
  const person = () => crypto.randomUUID()

  /** An application that nobody has sent yet, later than those before. */
  function apply(mobile = '13900001234', registrationId: string = crypto.randomUUID()): Application {
    const data = { name: '王建国', mobile, residentId: null, plate: null }
    submitted += 1
    return {
      registrationId,
      submittedAt: new Date(Date.UTC(2026, 4, 1, 0, submitted)).toISOString(),
      channel: 'poster',
      platform: null,
      site: null,
      codeId: null,
      places: { plateCity: '苏B', household: null, residence: '320205', residenceStreet: null, routes: [] },
      sealed: cipher.seal(JSON.stringify(data), `registration:${registrationId}`),
    }
  }

  const resolved = (identityId: string, application: Application, revision = 1) =>
    newEvent(
      identityResolved,
      {
        identityId,
        outcome: revision === 1 ? 'new' : 'existing',
        reason: 'no_match',
        evidence: null,
        epoch: 0,
        revision,
        application,
      },
      { now: now() },
    )
  const merged = (identityId: string, retiredIdentityId: string, revision: number, ...came: Application[]) =>
    newEvent(
      identityMerged,
      {
        identityId,
        retiredIdentityId,
        cause: 'record',
        registrations: came.map(({ registrationId }) => ({ registrationId, revision })),
      },
      { now: now() },
    )
  const split = (identityId: string, otherIdentityId: string, revision: number, ...left: Application[]) =>
    newEvent(
      identitySplit,
      {
        identityId,
        otherIdentityId,
        otherIsNew: true,
        cause: 'decision',
        registrations: left.map((application) => ({ revision, application })),
      },
      { now: now() },
    )

  const get = async (path: string) => (await system.request(path, { as: OPERATOR })).json
  const cases = async (status: string) => (await get(`/api/review-cases?status=${status}&limit=200`)).items
  const decide = (caseId: string, how: string, body: object = {}) =>
    system.request(`/api/review-cases/${caseId}/${how}`, { as: OPERATOR, body })
  const people = async () => {
    const { sites } = await get('/api/insights/funnel')
    return sites.reduce((sum: number, { newPeople }: { newPeople: number }) => sum + newPeople, 0)
  }
  const approvedInFunnel = async () => {
    const { sites } = await get('/api/insights/funnel')
    return sites.reduce((sum: number, { approved }: { approved: number }) => sum + approved, 0)
  }

  /** The case that decides about an application, once it has the status. */
  const caseOf = ({ registrationId }: Application, status: string) =>
    eventually(async () =>
      (await cases(status)).find((each: { registrationIds: string[] }) =>
        each.registrationIds.includes(registrationId),
      ),
    )
  const messagesOf = async ({ registrationId }: Application) =>
    (await get(`/api/messages/of-registration/${registrationId}`)).items as {
      template: string
      text: { zh: string }
      withdrawnAt: string | null
    }[]
  const lastMessage = (application: Application, template: string) =>
    eventually(async () => {
      const last = (await messagesOf(application)).findLast(({ withdrawnAt }) => !withdrawnAt)
      return last?.template === template ? last : undefined
    })
  const eventsOf = async (type: string, { registrationId }: Application) => {
    const { rows } = await database.query(
      `select data from memberships.event_log where type = $1 and data::text like $2 order by xid, id`,
      [type, `%${registrationId}%`],
    )
    return rows.map(({ data }) => data)
  }

  it('joins two open cases into the older one, and parts them again', async () => {
    const [a, b, first, second] = [person(), person(), apply(), apply()]
    const before = await people()
    await identities.publish(resolved(a, first), resolved(b, second))
    const { caseId } = await caseOf(first, 'open')
    const other = await caseOf(second, 'open')
    await identities.publish(merged(a, b, 2, second))
    const merge = await caseOf(second, 'merged')
    expect(merge).toMatchObject({ caseId: other.caseId, mergedInto: caseId })
    expect(await caseOf(second, 'open')).toMatchObject({
      caseId,
      registrationIds: [first.registrationId, second.registrationId],
    })
    expect((await decide(other.caseId, 'approve')).json).toMatchObject({ code: 'case_merged', mergedInto: caseId })
    expect((await eventsOf('review.attached', second)).at(-1)).toMatchObject({ caseId, caseStatus: 'open' })
    await eventually(async () => ((await people()) === before + 1 ? true : undefined))

    await identities.publish(split(a, b, 3, second), resolved(b, second, 4))
    const parted = await eventually(async () => {
      const found = await get(`/api/review-cases/${other.caseId}`)
      return found.status === 'open' ? found : undefined
    })
    expect(parted).toMatchObject({ identityId: b, registrationIds: [second.registrationId] })
    expect((await get(`/api/review-cases/${caseId}`)).registrationIds).toEqual([first.registrationId])
    await eventually(async () => ((await people()) === before + 2 ? true : undefined))
  })

  it('comes to the same case when the merge is known before the placements', async () => {
    const [a, b, first, second] = [person(), person(), apply(), apply()]
    await identities.publish(merged(a, b, 2, second), resolved(b, second), resolved(a, first))
    await eventually(async () => ((await caseOf(second, 'open')).registrations === 2 ? true : undefined))
    expect(await caseOf(second, 'open')).toMatchObject({ identityId: a, registrationId: first.registrationId })
  })

  it('adds an open case to the membership of the same person, and tells the driver; after a split it is reviewed', async () => {
    const [a, b, first, second] = [person(), person(), apply(), apply()]
    await identities.publish(resolved(a, first), resolved(b, second))
    const { caseId } = await caseOf(first, 'open')
    await caseOf(second, 'open')
    const { memberNumber } = (await decide(caseId, 'approve')).json
    await identities.publish(merged(a, b, 2, second))
    expect(await caseOf(second, 'approved')).toMatchObject({ caseId, memberNumber })
    expect((await lastMessage(second, 'member-already')).text.zh).toContain(memberNumber)

    await identities.publish(split(a, b, 3, second), resolved(b, second, 4))
    expect(await caseOf(second, 'open')).toMatchObject({ identityId: b, memberNumber: null })
    await lastMessage(second, 'review-again')
    expect(await caseOf(first, 'approved')).toMatchObject({ identityId: a, memberNumber })
    await lastMessage(first, 'membership-approved')
  })

  it('counts two memberships of one person once: the earlier stays, the later comes back after a split', async () => {
    const [a, b, first, second] = [person(), person(), apply(), apply()]
    await identities.publish(resolved(a, first), resolved(b, second))
    const early = (await decide((await caseOf(first, 'open')).caseId, 'approve')).json
    const late = (await decide((await caseOf(second, 'open')).caseId, 'approve')).json
    await eventually(async () => ((await messagesOf(second)).length === 1 ? true : undefined))
    const members = (await get('/api/members/count')).members
    const approved = await approvedInFunnel()

    await identities.publish(merged(b, a, 2, first))
    expect(await caseOf(second, 'merged')).toMatchObject({ caseId: late.caseId, mergedInto: early.caseId })
    expect(await caseOf(second, 'approved')).toMatchObject({ caseId: early.caseId, memberNumber: early.memberNumber })
    const count = await get('/api/members/count')
    expect([count.members, count.people]).toEqual([members - 1, members - 1])
    expect((await lastMessage(second, 'number-changed')).text.zh).toContain(early.memberNumber)
    expect(await eventsOf('membership.ended', second)).toMatchObject([
      { memberNumber: late.memberNumber, reason: 'duplicate', stays: { memberNumber: early.memberNumber } },
    ])
    await eventually(async () => ((await approvedInFunnel()) === approved - 1 ? true : undefined))

    await identities.publish(split(b, a, 3, first), resolved(a, first, 4))
    await eventually(async () => ((await get('/api/members/count')).members === members ? true : undefined))
    expect(await caseOf(second, 'approved')).toMatchObject({ caseId: late.caseId, memberNumber: late.memberNumber })
    expect((await lastMessage(second, 'number-changed')).text.zh).toContain(late.memberNumber)
    await eventually(async () => ((await approvedInFunnel()) === approved ? true : undefined))
    const { rows } = await database.query(
      `select l.entry, l.reason from memberships.member_ledger l join memberships.member m on m.id = l.member_id
       where m.number = $1 order by l.at`,
      [late.memberNumber],
    )
    expect(rows).toEqual([
      { entry: 'joined', reason: null },
      { entry: 'ended', reason: 'duplicate' },
      { entry: 'restored', reason: null },
    ])
  })

  it('lets a membership go with the registration by which it was approved', async () => {
    const [a, b, first, second] = [person(), person(), apply(), apply()]
    await identities.publish(resolved(a, first))
    const { memberNumber, caseId } = (await decide((await caseOf(first, 'open')).caseId, 'approve')).json
    await identities.publish(resolved(a, second))
    await lastMessage(second, 'member-already')
    await identities.publish(split(a, b, 2, first), resolved(b, first, 3))
    await caseOf(second, 'open')
    expect(await get(`/api/review-cases/${caseId}`)).toMatchObject({ identityId: b, memberNumber, registrations: 1 })
  })

  it('shows what the driver mended, and opens a returned case again for it', async () => {
    const [a, first] = [person(), apply('13900001111')]
    await identities.publish(resolved(a, first))
    const { caseId } = await caseOf(first, 'open')
    const mend = (mobile: string) => ({ ...apply(mobile, first.registrationId), submittedAt: first.submittedAt })
    await identities.publish(resolved(a, mend('13900002222'), 2))
    await eventually(async () => ((await caseOf(first, 'open')).mobile === '139****2222' ? true : undefined))
    await decide(caseId, 'return', { reasonCode: 'phone_unreachable' })
    const households = { ...first.places, residence: '320281' }
    await identities.publish(resolved(a, { ...mend('13900003333'), places: households }, 3))
    const again = await caseOf(first, 'open')
    expect(again).toMatchObject({ caseId, mobile: '139****3333', reasonCode: null, decidedAt: null })
    const placement = await get(`/api/placements/${first.registrationId}`)
    expect(placement.facts.residenceDivision).toBe('320281')
    expect(placement.decision.federationId).toBe(again.federationId)
    expect((await eventsOf('review.attached', first)).at(-1)).toMatchObject({ caseStatus: 'open' })

    const later = apply()
    await identities.publish(resolved(a, mend('13900002222'), 2), resolved(a, later))
    await eventually(async () => ((await caseOf(later, 'open')).caseId === caseId ? true : undefined))
    expect((await get(`/api/review-cases/${caseId}`)).mobile).toBe('139****3333')
  })

  it('shows suspected duplicates, also of an id that was merged, until they are settled', async () => {
    const [a, b, c, first] = [person(), person(), person(), apply()]
    const options = { now: now() }
    await identities.publish(
      resolved(a, first),
      newEvent(duplicateSuspected, { identityId: b, otherIdentityId: a, kind: 'likely', weight: 9100 }, options),
    )
    const seen = (wanted: object[]) =>
      eventually(async () => {
        expect((await caseOf(first, 'open')).suspectedDuplicates).toEqual(wanted)
        return true
      })
    await seen([{ identityId: b, kind: 'likely', weight: 9100 }])
    await identities.publish(merged(c, b, 2, apply()))
    await seen([{ identityId: c, kind: 'likely', weight: 9100 }])
    const settled = { identityId: a, otherIdentityId: b, outcome: 'different_people' as const }
    await identities.publish(newEvent(duplicateSettled, settled, { now: now() }))
    await seen([])
  })

  it('deletes the data of an erased registration everywhere, and keeps the membership', async () => {
    const [a, first, second] = [person(), apply(), apply()]
    const erased = ({ registrationId: id }: Application) => {
      const subject = { kind: 'registration' as const, id }
      return newEvent(subjectErased, { subject, erasedAt: now().toISOString() }, { now: now() })
    }
    await identities.publish(resolved(a, first))
    const { caseId, memberNumber } = (await decide((await caseOf(first, 'open')).caseId, 'approve')).json
    await lastMessage(first, 'membership-approved')
    await registrations.publish(erased(first), erased(second))
    await eventually(async () => ((await caseOf(first, 'approved')).name === '已删除' ? true : undefined))
    expect(await caseOf(first, 'approved')).toMatchObject({
      memberNumber,
      mobile: '已删除',
      erasedAt: expect.any(String),
    })
    expect((await decide(caseId, 'disclose', { reason: '电话核实' })).json.code).toBe('person_erased')
    await eventually(async () =>
      (await messagesOf(first)).every(({ text }) => text.zh === '已删除') ? true : undefined,
    )
    const placement = await eventually(async () => {
      const answer = await system.request(`/api/placements/${first.registrationId}`, { as: OPERATOR })
      return answer.status === 404 ? answer.json : undefined
    })
    expect(placement.code).toBe('person_erased')

    await identities.publish(resolved(person(), second))
    const empty = await caseOf(second, 'open')
    expect(empty.name).toBe('已删除')
    expect((await decide(empty.caseId, 'approve')).json.code).toBe('person_erased')
    const { rows } = await database.query(
      `select registration_id from memberships.case_registration where registration_id = any($1) and sealed is not null
       union select registration_id from federations.placement where registration_id = any($1) and facts::text like '%320205%'`,
      [[first.registrationId, second.registrationId]],
    )
    expect(rows).toEqual([])
    const { rows: members } = await database.query(`select erased_at from memberships.member where number = $1`, [
      memberNumber,
    ])
    expect(members).toEqual([{ erased_at: expect.any(Date) }])
  })
})
