import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { duplicateSettled, duplicateSuspected, newEvent } from '#libs/contracts'
import { eventually, OPERATOR } from '#libs/testing'
import { BehindIdentities, erased, merged, resolved, split } from './behind-identities-for-specs.ts'

/** The services behind identities, when identities say of registrations that they are somebody else's after all. */
describe('registrations that change their person', () => {
  let world: BehindIdentities
  const person = () => crypto.randomUUID()

  beforeAll(async () => {
    world = await BehindIdentities.start()
  })

  afterAll(() => world.stop())

  const counted = (name: 'newPeople' | 'approved', wanted: number) =>
    eventually(async () => {
      expect(await world.figure(name)).toBe(wanted)
      return true
    })

  it('joins two open cases into the older one, and parts them again', async () => {
    const [a, b, first, second] = [person(), person(), world.apply(), world.apply()]
    const before = await world.figure('newPeople')
    await world.identities.publish(resolved(a, first), resolved(b, second))
    const { caseId } = await world.caseOf(first, 'open')
    const other = await world.caseOf(second, 'open')
    await world.identities.publish(merged(a, b, 2, second))
    const merge = await world.caseOf(second, 'merged')
    expect(merge).toMatchObject({ caseId: other.caseId, mergedInto: caseId })
    expect(await world.caseOf(second, 'open')).toMatchObject({
      caseId,
      registrationIds: [first.registrationId, second.registrationId],
    })
    expect((await world.decide(other.caseId, 'approve')).json).toMatchObject({
      code: 'case_merged',
      mergedInto: caseId,
    })
    expect((await world.eventsOf('review.attached', second)).at(-1)).toMatchObject({ caseId, caseStatus: 'open' })
    await counted('newPeople', before + 1)

    await world.identities.publish(split(a, b, 3, second), resolved(b, second, 4))
    const parted = await eventually(async () => {
      const found = await world.get(`/api/review-cases/${other.caseId}`)
      return found.status === 'open' ? found : undefined
    })
    expect(parted).toMatchObject({ identityId: b, registrationIds: [second.registrationId] })
    expect((await world.get(`/api/review-cases/${caseId}`)).registrationIds).toEqual([first.registrationId])
    await counted('newPeople', before + 2)
  })

  it('comes to the same case when the merge is known before the placements', async () => {
    const [a, b, first, second] = [person(), person(), world.apply(), world.apply()]
    await world.identities.publish(merged(a, b, 2, second), resolved(b, second), resolved(a, first))
    await eventually(async () => ((await world.caseOf(second, 'open')).registrations === 2 ? true : undefined))
    expect(await world.caseOf(second, 'open')).toMatchObject({ identityId: a, registrationId: first.registrationId })
  })

  it('adds an open case to the membership of the same person, and tells the driver; after a split it is reviewed', async () => {
    const [a, b, first, second] = [person(), person(), world.apply(), world.apply()]
    await world.identities.publish(resolved(a, first), resolved(b, second))
    const { caseId } = await world.caseOf(first, 'open')
    await world.caseOf(second, 'open')
    const { memberNumber } = (await world.decide(caseId, 'approve')).json
    await world.identities.publish(merged(a, b, 2, second))
    expect(await world.caseOf(second, 'approved')).toMatchObject({ caseId, memberNumber })
    expect((await world.lastMessage(second, 'member-already')).text.zh).toContain(memberNumber)

    await world.identities.publish(split(a, b, 3, second), resolved(b, second, 4))
    expect(await world.caseOf(second, 'open')).toMatchObject({ identityId: b, memberNumber: null })
    await world.lastMessage(second, 'review-again')
    expect(await world.caseOf(first, 'approved')).toMatchObject({ identityId: a, memberNumber })
    await world.lastMessage(first, 'membership-approved')
  })

  it('counts two memberships of one person once: the earlier stays, the later comes back after a split', async () => {
    const [a, b, first, second] = [person(), person(), world.apply(), world.apply()]
    await world.identities.publish(resolved(a, first), resolved(b, second))
    const early = (await world.decide((await world.caseOf(first, 'open')).caseId, 'approve')).json
    const late = (await world.decide((await world.caseOf(second, 'open')).caseId, 'approve')).json
    await eventually(async () => ((await world.messagesOf(second)).length === 1 ? true : undefined))
    const members = (await world.get('/api/members/count')).members
    await counted('approved', members)

    await world.identities.publish(merged(b, a, 2, first))
    expect(await world.caseOf(second, 'merged')).toMatchObject({ caseId: late.caseId, mergedInto: early.caseId })
    expect(await world.caseOf(second, 'approved')).toMatchObject({
      caseId: early.caseId,
      memberNumber: early.memberNumber,
    })
    const count = await world.get('/api/members/count')
    expect([count.members, count.people]).toEqual([members - 1, members - 1])
    await world.lastMessage(second, 'number-changed', early.memberNumber)
    expect(await world.eventsOf('membership.ended', second)).toMatchObject([
      { memberNumber: late.memberNumber, reason: 'duplicate', stays: { memberNumber: early.memberNumber } },
    ])
    await counted('approved', members - 1)

    await world.identities.publish(split(b, a, 3, first), resolved(a, first, 4))
    await eventually(async () => ((await world.get('/api/members/count')).members === members ? true : undefined))
    expect(await world.caseOf(second, 'approved')).toMatchObject({
      caseId: late.caseId,
      memberNumber: late.memberNumber,
    })
    await world.lastMessage(second, 'number-changed', late.memberNumber)
    await counted('approved', members)
    const { rows } = await world.database.query(
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
    const [a, b, first, second] = [person(), person(), world.apply(), world.apply()]
    await world.identities.publish(resolved(a, first))
    const { memberNumber, caseId } = (await world.decide((await world.caseOf(first, 'open')).caseId, 'approve')).json
    await world.identities.publish(resolved(a, second))
    await world.lastMessage(second, 'member-already')
    await world.identities.publish(split(a, b, 2, first), resolved(b, first, 3))
    await world.caseOf(second, 'open')
    expect(await world.get(`/api/review-cases/${caseId}`)).toMatchObject({
      identityId: b,
      memberNumber,
      registrations: 1,
    })
  })

  it('shows what the driver mended, and opens a returned case again for it', async () => {
    const [a, first] = [person(), world.apply('13900001111')]
    await world.identities.publish(resolved(a, first))
    const { caseId } = await world.caseOf(first, 'open')
    await world.identities.publish(resolved(a, world.mend(first, '13900002222'), 2))
    await eventually(async () => ((await world.caseOf(first, 'open')).mobile === '139****2222' ? true : undefined))
    await world.decide(caseId, 'return', { reasonCode: 'phone_unreachable' })
    await world.identities.publish(resolved(a, world.mend(first, '13900003333', '320281'), 3))
    const again = await world.caseOf(first, 'open')
    expect(again).toMatchObject({ caseId, mobile: '139****3333', reasonCode: null, decidedAt: null })
    const placement = await world.get(`/api/placements/${first.registrationId}`)
    expect(placement.facts.residenceDivision).toBe('320281')
    expect(placement.decision.federationId).toBe(again.federationId)
    expect((await world.eventsOf('review.attached', first)).at(-1)).toMatchObject({ caseStatus: 'open' })

    const later = world.apply()
    await world.identities.publish(resolved(a, world.mend(first, '13900002222'), 2), resolved(a, later))
    await eventually(async () => ((await world.caseOf(later, 'open')).caseId === caseId ? true : undefined))
    expect((await world.get(`/api/review-cases/${caseId}`)).mobile).toBe('139****3333')
    expect(await world.get(`/api/placements/${first.registrationId}`)).toMatchObject({
      facts: { residenceDivision: '320281' },
    })
  })

  it('shows suspected duplicates as they were said last, also of an id that was merged or is in use again, until they are settled', async () => {
    const [a, b, c, first] = [person(), person(), person(), world.apply()]
    const options = { now: new Date() }
    await world.identities.publish(
      resolved(a, first),
      newEvent(duplicateSuspected, { identityId: b, otherIdentityId: a, kind: 'likely', weight: 9100 }, options),
    )
    const seen = (wanted: object[]) =>
      eventually(async () => {
        expect((await world.caseOf(first, 'open')).suspectedDuplicates).toEqual(wanted)
        return true
      })
    await seen([{ identityId: b, kind: 'likely', weight: 9100 }])
    await world.identities.publish(merged(c, b, 2, world.apply()))
    await seen([{ identityId: c, kind: 'likely', weight: 9100 }])
    const d = person()
    await world.identities.publish(merged(d, a, 2, first))
    await eventually(async () => ((await world.caseOf(first, 'open')).identityId === d ? true : undefined))
    await seen([{ identityId: c, kind: 'likely', weight: 9100 }])
    const other = { identityId: b, otherIdentityId: a, kind: 'id_conflict' as const, weight: 12_000 }
    await world.identities.publish(split(c, b, 3), newEvent(duplicateSuspected, other, { now: new Date() }))
    await seen([{ identityId: b, kind: 'id_conflict', weight: 12_000 }])
    const settled = { identityId: a, otherIdentityId: b, outcome: 'different_people' as const }
    await world.identities.publish(newEvent(duplicateSettled, settled, { now: new Date() }))
    await seen([])
  })

  it('deletes the data of an erased registration everywhere, and keeps the membership', async () => {
    const [a, first, second] = [person(), world.apply(), world.apply()]
    await world.identities.publish(resolved(a, first))
    const { caseId, memberNumber } = (await world.decide((await world.caseOf(first, 'open')).caseId, 'approve')).json
    await world.lastMessage(first, 'membership-approved')
    await world.registrations.publish(erased(first), erased(second))
    await eventually(async () => ((await world.caseOf(first, 'approved')).name === '已删除' ? true : undefined))
    expect(await world.caseOf(first, 'approved')).toMatchObject({
      memberNumber,
      mobile: '已删除',
      erasedAt: expect.any(String),
    })
    expect((await world.decide(caseId, 'disclose', { reason: '电话核实' })).json.code).toBe('person_erased')
    await eventually(async () =>
      (await world.messagesOf(first)).every(({ text }) => text.zh === '已删除') ? true : undefined,
    )
    const placement = await eventually(async () => {
      const answer = await world.system.request(`/api/placements/${first.registrationId}`, { as: OPERATOR })
      return answer.status === 404 ? answer.json : undefined
    })
    expect(placement.code).toBe('person_erased')

    await eventually(async () => {
      const { rows } = await world.database.query(
        `select from memberships.case_registration r join federations.erased_registration e using (registration_id)
         where registration_id = $1 and r.erased_at is not null`,
        [second.registrationId],
      )
      return rows[0]
    })
    await world.identities.publish(resolved(person(), second))
    const empty = await world.caseOf(second, 'open')
    expect(empty.name).toBe('已删除')
    expect((await world.decide(empty.caseId, 'approve')).json.code).toBe('person_erased')
    const { rows } = await world.database.query(
      `select registration_id from memberships.case_registration where registration_id = any($1) and sealed is not null
       union select registration_id from federations.placement where registration_id = any($1) and facts::text like '%320205%'`,
      [[first.registrationId, second.registrationId]],
    )
    expect(rows).toEqual([])
    const { rows: members } = await world.database.query(`select erased_at from memberships.member where number = $1`, [
      memberNumber,
    ])
    expect(members).toEqual([{ erased_at: expect.any(Date) }])
  })
})
