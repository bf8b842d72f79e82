import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { FederationTree } from './federation-tree.ts'
import { decidePlacement } from './placement.ts'
import type { PlacementFacts } from './placement-places.ts'
import { firstRuleSet } from './placement-rules.ts'
import { wuxiFederations } from './wuxi-federations.ts'

const tree = new FederationTree(wuxiFederations)

const division = fc.constantFrom(
  ...wuxiFederations.flatMap(({ division, formerDivisions }) => [division ?? [], formerDivisions].flat()),
  '320222',
  '310115',
  '440100',
  '341200',
)
const maybe = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: null, freq: 2 })
const anyFacts: fc.Arbitrary<PlacementFacts> = fc.record({
  plateCity: maybe(fc.constantFrom('苏B', '苏A', '皖K')),
  plateDivision: maybe(division),
  householdDivision: maybe(division),
  residenceDivision: maybe(division),
  residenceStreet: maybe(fc.constantFrom('洛社镇', '丁蜀镇', '华庄街道', '320213025', '某某镇')),
  routes: maybe(fc.array(division, { maxLength: 4 })),
  platform: maybe(fc.constantFrom('yunmanman', 'huolala', 'other')),
  siteDivision: maybe(division),
  siteFederationId: maybe(fc.constantFrom(...wuxiFederations.map(({ id }) => id), 'gone')),
})

const check = (property: (facts: PlacementFacts) => void) =>
  fc.assert(fc.property(anyFacts, property), { numRuns: 500 })

describe('decidePlacement, whatever the facts', () => {
  test('is deterministic and knows no order of facts, routes or rows', () => {
    const shuffledTree = new FederationTree(wuxiFederations.toReversed())
    check((facts) => {
      const shuffled = Object.fromEntries(Object.entries(facts).toReversed()) as PlacementFacts
      const turned = { ...shuffled, routes: facts.routes?.toReversed() }
      expect(decidePlacement(turned, shuffledTree, firstRuleSet)).toEqual(decidePlacement(facts, tree, firstRuleSet))
    })
  })

  test('places only where a union of the area admits truck drivers directly', () => {
    check((facts) => {
      const decision = decidePlacement(facts, tree, firstRuleSet)
      const id = decision.outcome === 'placed' ? decision.federationId : decision.poolFederationId
      expect(tree.isWithin(id, firstRuleSet.area)).toBe(true)
      if (decision.outcome === 'placed') {
        expect(tree.byId(id)).toMatchObject({
          admitsMembers: true,
          industries: expect.arrayContaining(['road-freight']),
        })
      }
    })
  })

  test('explains itself in both languages: every rule, every candidate, one chosen at most', () => {
    check((facts) => {
      const decision = decidePlacement(facts, tree, firstRuleSet)
      for (const text of [...decision.explanation, ...decision.candidates.map(({ why }) => why)]) {
        expect(text.zh).not.toMatch(/^$|undefined|null/)
        expect(text.en).not.toMatch(/^$|undefined|null/)
      }
      const chosen = decision.candidates.filter(({ verdict }) => verdict === 'chosen')
      if (decision.outcome === 'placed') {
        expect(chosen).toEqual([
          expect.objectContaining({ federationId: decision.federationId, ruleId: decision.ruleId }),
        ])
        expect([...new Set(decision.candidates.map(({ ruleId }) => ruleId))]).toEqual(
          firstRuleSet.rules.map(({ id }) => id),
        )
      } else {
        expect(chosen).toEqual([])
      }
    })
  })

  test('every fact that was given appears in the explanation of the places', () => {
    check((facts) => {
      const told = decidePlacement(facts, tree, firstRuleSet).explanation.flatMap((step) => step.facts)
      for (const [fact, value] of Object.entries(facts)) {
        if (fact === 'platform' || !value) continue
        for (const one of [value].flat()) expect(told).toContainEqual({ fact, value: one })
      }
    })
  })
})
