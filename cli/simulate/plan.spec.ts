import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { generateCampaign } from '#libs/testing'
import { mistakes } from './mistakes.ts'
import { planVisits } from './plan.ts'

const campaign = generateCampaign({ drivers: 1_000, duplicates: 0.3, seed: 5 })
const plan = planVisits(campaign, { codes: 8, approve: 0.8 })
const visits = [...plan.early, ...plan.late]

it('is the same for the same campaign', () => {
  expect(planVisits(campaign, { codes: 8, approve: 0.8 })).toEqual(plan)
})

it('lets every registration happen once, those of a person in their order', () => {
  expect(visits.map(({ record }) => record).toSorted(byPerson)).toEqual(campaign.records.toSorted(byPerson))
  const seen = new Map<string, number>()
  for (const { record } of visits) {
    expect(record.repeat).toBe(seen.get(record.personId) ?? 0)
    seen.set(record.personId, record.repeat + 1)
  }
  expect(plan.early.some(({ record }) => record.repeat > 0)).toBe(true)
  expect(plan.late.length).toBeGreaterThan(20)
  expect(plan.late.every(({ record }) => record.repeat > 0)).toBe(true)
})

it('scans codes that exist, and another one at the second time', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), (codes) => {
      const { early, late } = planVisits(campaign, { codes, approve: 1 })
      const used = [...early, ...late].flatMap(({ code }) => code ?? [])
      expect(Math.min(...used)).toBe(0)
      expect(Math.max(...used)).toBe(codes - 1)
    }),
    { numRuns: 10 },
  )
  const first = new Map(
    visits.filter(({ record }) => record.repeat === 0).map((visit) => [visit.record.personId, visit]),
  )
  const again = visits.filter(({ record, code }) => record.repeat === 1 && code !== null)
  expect(again.every(({ record, code }) => code !== first.get(record.personId)?.code)).toBe(true)
})

it('has every trouble, every mistake, both ways to send and drivers without a code', () => {
  expect(new Set(visits.map(({ trouble }) => trouble)).size).toBe(4)
  expect(new Set(visits.map(({ mistake }) => mistake)).size).toBe(mistakes.length + 1)
  expect(new Set(visits.map(({ by }) => by)).size).toBe(2)
  expect(visits.some(({ code }) => code === null)).toBe(true)
})

it('approves the share that was asked for', () => {
  const verdicts = [...plan.verdicts.values()]
  expect(verdicts.filter((verdict) => verdict === 'approve').length / verdicts.length).toBeCloseTo(0.8, 1)
  expect(new Set(verdicts)).toEqual(new Set(['approve', 'return', 'reject']))
  expect(plan.verdicts.size).toBe(1_000)
  const all = planVisits(campaign, { codes: 8, approve: 1 }).verdicts
  expect(new Set(all.values())).toEqual(new Set(['approve']))
})

function byPerson(one: { personId: string; repeat: number }, other: { personId: string; repeat: number }): number {
  return one.personId.localeCompare(other.personId) || one.repeat - other.repeat
}
