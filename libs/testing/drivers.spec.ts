import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import {
  Division,
  divisionSchema,
  MobileNumber,
  PersonName,
  PlateNumber,
  platformOf,
  ResidentId,
  residentIdSchema,
} from '#libs/china'
import { type Campaign, generateCampaign } from './drivers.ts'
import { RARE_CHARACTERS } from './drivers-names.ts'

const campaigns = fc
  .record({
    drivers: fc.integer({ min: 1, max: 150 }),
    duplicates: fc.double({ min: 0, max: 1, noNaN: true }),
    seed: fc.nat(),
  })
  .map(generateCampaign)
const large = generateCampaign({ drivers: 4_000, duplicates: 0.2, seed: 1 })

it('gives the same campaign for the same seed, and another one for another seed', () => {
  const wishes = { drivers: 50, duplicates: 0.3 }
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const once = generateCampaign({ ...wishes, seed })
      expect(generateCampaign({ ...wishes, seed })).toEqual(once)
      const other = generateCampaign({ ...wishes, seed: seed + 1 })
      const ids = new Set(once.people.map(({ residentId }) => residentId))
      expect(other.people.filter(({ residentId }) => ids.has(residentId)).length).toBeLessThan(3)
    }),
    { numRuns: 20 },
  )
})

it('has as many people as asked, and as many of them register again', () => {
  fc.assert(
    fc.property(campaigns, (campaign) => {
      expect(campaign.people).toHaveLength(campaign.drivers)
      const again = new Set(campaign.records.filter(({ repeat }) => repeat > 0).map(({ personId }) => personId))
      expect(again.size).toBe(Math.round(campaign.drivers * campaign.duplicates))
      const first = campaign.records.filter(({ repeat }) => repeat === 0).map(({ personId }) => personId)
      expect(first.toSorted()).toEqual(campaign.people.map(({ personId }) => personId))
    }),
  )
})

it('lets the registrations of a person arrive in their order', () => {
  fc.assert(
    fc.property(campaigns, ({ records }) => {
      const seen = new Map<string, number>()
      for (const { personId, repeat } of records) {
        expect(repeat).toBe(seen.get(personId) ?? 0)
        seen.set(personId, repeat + 1)
      }
    }),
  )
})

it('gives every person a true resident id of their own', () => {
  fc.assert(
    fc.property(campaigns, ({ people }) => {
      expect(new Set(people.map(({ residentId }) => residentId)).size).toBe(people.length)
      for (const { residentId } of people) {
        expect(ResidentId.parse(residentId).value).toBe(residentId)
        expect(divisionSchema().safeParse(residentId.slice(0, 6)).success).toBe(true)
      }
    }),
  )
})

it('makes people of values that exist', () => {
  fc.assert(
    fc.property(campaigns, ({ people }) => {
      for (const { name, mobile, plate, plateColour, platforms, household, residence, routes } of people) {
        expect(PersonName.parse(name).value).toBe(name)
        expect(MobileNumber.parse(mobile).value).toBe(mobile)
        expect(MobileNumber.parse(mobile).unallotted).toBe(false)
        expect(plate && PlateNumber.parse(plate).value).toBe(plate)
        const possible = plate === null ? [null] : [PlateNumber.parse(plate).colour ?? [1, 2]].flat()
        expect(possible).toContain(plateColour)
        expect(platforms.every((code) => platformOf(code)?.code === code)).toBe(true)
        for (const code of [household, residence, ...routes]) expect(Division.parse(code).value).toBe(code)
      }
    }),
  )
})

it('writes answers that the intake reads: the id rightly, the rest rightly but for the slips', () => {
  fc.assert(
    fc.property(campaigns, ({ people, records }) => {
      const byId = new Map(people.map((person) => [person.personId, person]))
      for (const { personId, answers, slips } of records) {
        const person = byId.get(personId)!
        expect(residentIdSchema().parse(answers.residentId)).toBe(person.residentId)
        expect(PersonName.parse(answers.name).value !== person.name).toBe(slips.includes('name'))
        expect(MobileNumber.parse(answers.mobile).value !== person.mobile).toBe(slips.includes('mobile'))
        const plate = answers.plate && PlateNumber.parse(answers.plate).value
        expect(plate !== null && plate !== person.plate).toBe(slips.includes('plate'))
        const plain = answers.name === PersonName.parse(answers.name).value && answers.residentId === person.residentId
        if (!slips.includes('scrawl')) expect(plain).toBe(true)
      }
    }),
  )
})

describe('a large campaign', () => {
  const share = (test: (person: Campaign['people'][number]) => boolean) =>
    large.people.filter(test).length / large.people.length

  it('has half of the drivers between 36 and 45, and few women', () => {
    const age = (residentId: string) => 2026 - Number(residentId.slice(6, 10))
    expect(share(({ residentId }) => age(residentId) >= 36 && age(residentId) <= 45)).toBeCloseTo(0.5, 1)
    const women = share(({ residentId }) => ResidentId.parse(residentId).sex === 'female')
    expect(women).toBeGreaterThan(0.04)
    expect(women).toBeLessThan(0.15)
  })

  it('has the frequent surnames as frequent as they are, and most plates from Wuxi', () => {
    expect(share(({ name }) => '王李张刘陈'.includes(name[0]!))).toBeGreaterThan(0.25)
    expect(share(({ plate }) => plate?.startsWith('苏B') === true)).toBeGreaterThan(0.4)
    expect(share(({ plateColour }) => plateColour === 93 || plateColour === 94)).toBeGreaterThan(0.05)
  })

  it('has minority names with · and every rare character', () => {
    expect(large.people.some(({ name }) => name.includes('·'))).toBe(true)
    for (const rare of RARE_CHARACTERS) expect(large.people.some(({ name }) => name.includes(rare))).toBe(true)
  })

  it('has couples on one truck with one phone, fleets with the number of an agent, and relatives of one generation', () => {
    const ids = new Set(large.people.map(({ circle }) => circle?.id))
    const circles = [...ids].map((id) => large.people.filter(({ circle }) => circle && circle.id === id))
    const of = (kind: string) => circles.filter(([first]) => first?.circle?.kind === kind)
    const distinct = (members: readonly Campaign['people'][number][], key: 'mobile' | 'plate') =>
      new Set(members.map((member) => member[key])).size
    for (const couple of of('couple')) expect(distinct(couple, 'plate')).toBe(1)
    expect(of('couple').filter((couple) => distinct(couple, 'mobile') === 1).length).toBeGreaterThan(50)
    expect(of('fleet').filter((fleet) => distinct(fleet, 'mobile') < fleet.length).length).toBeGreaterThan(20)
    for (const family of of('relatives')) {
      expect(new Set(family.map(({ name }) => name[0])).size).toBe(1)
      expect(new Set(family.map(({ household }) => household)).size).toBe(1)
    }
  })

  it('lets those who come again come from another platform, with slips of every kind', () => {
    const again = large.records.filter(({ repeat }) => repeat > 0)
    for (const slip of ['name', 'mobile', 'plate', 'left-out', 'scrawl'] as const) {
      expect(again.filter(({ slips }) => slips.includes(slip)).length / again.length).toBeGreaterThan(0.05)
    }
    const first = new Map(large.people.map(({ personId, platforms }) => [personId, platforms[0]]))
    const other = again.filter(({ personId, answers: { platform } }) => platform && platform !== first.get(personId))
    expect(other.length / again.length).toBeGreaterThan(0.3)
    const slipped = large.records.filter(({ repeat, slips }) => repeat === 0 && slips.includes('name'))
    expect(slipped).toEqual([])
  })
})
