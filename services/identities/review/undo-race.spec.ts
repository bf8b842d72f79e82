import { afterAll, beforeAll, expect, it } from '@jest/globals'
import type { Principal } from '#libs/platform'
import { Neighbourhoods } from '../partition/neighbourhood.ts'
import { uuidOf } from '../resolver-for-specs.ts'
import { DecisionLocks } from './decision-locks.ts'
import { IdentityDecisions } from './identity-decisions.ts'
import { JudgementStore } from './judgement-store.ts'
import { ReviewWorld } from './review-for-specs.ts'

let world: ReviewWorld

beforeAll(async () => {
  world = await ReviewWorld.begin()
})

afterAll(() => world.end())

/** Decisions before whose first locks something happens. */
function decisionsAfter(meanwhile: () => Promise<unknown>): IdentityDecisions {
  const first = new (class extends Neighbourhoods {
    private happened = false

    override async lock(...given: Parameters<Neighbourhoods['lock']>) {
      if (!this.happened) await meanwhile()
      this.happened = true
      return super.lock(...given)
    }
  })()
  const { dataSource, resolver } = world
  const locks = new DecisionLocks(dataSource, resolver.activeModel, first, resolver.partitioning)
  return new IdentityDecisions(dataSource, locks, new JudgementStore())
}

const sender: Principal = { accountId: 'district', name: 'district admin', role: 'admin', federationId: 'wx-xw' }

it('undoing takes authority over whoever has the records by the time they are locked', async () => {
  const elsewhere = uuidOf('elsewhere')
  const stranger = await world.registers(elsewhere, { name: '孙大力' }, { path: ['wx-by', 'wx'] })
  const { b, x, path } = await world.suspected()
  const { judgementId } = (await world.post(`${path}/accept`)).json
  const decisions = decisionsAfter(() =>
    world.dataSource.query('update membership_of_record set identity_id = $2 where record_id = $1', [b, stranger]),
  )
  const undoing = decisions.undo(judgementId, { sender, reason: 'another driver', now: new Date() })
  await expect(undoing).rejects.toMatchObject({ code: 'not_allowed' })
  expect((await world.get(`/api/identities/${x}`)).json.judgements).toMatchObject([{ judgementId, revokedAt: null }])
})
