import { describe, expect, test } from '@jest/globals'
import { firstRuleSet, ruleSetSchema } from './placement-rules.ts'

const withRule = (change: object) => ({
  ...firstRuleSet,
  rules: [{ ...firstRuleSet.rules[0], ...change }, ...firstRuleSet.rules.slice(1)],
})

describe('rule sets', () => {
  test('the first one is valid and survives JSON unchanged', () => {
    expect(ruleSetSchema.parse(JSON.parse(JSON.stringify(firstRuleSet)))).toEqual(firstRuleSet)
  })

  test('its stages come in the order 重点建, 行业建, 兜底建', () => {
    const order = ['key', 'industry', 'fallback']
    const stages = firstRuleSet.rules.map(({ stage }) => order.indexOf(stage))
    expect(stages).toEqual(stages.toSorted())
    expect(new Set(stages).size).toBe(3)
  })

  test.each([
    ['two rules of one id', withRule({ id: firstRuleSet.rules[1]?.id })],
    ['a condition nobody knows', withRule({ when: { moon: 'full' } })],
    ['a condition of two kinds at once', withRule({ when: { known: 'platform', reaches: 'city' } })],
    ['an empty combination', withRule({ when: { any: [] } })],
    ['a target nobody knows', withRule({ target: { by: 'dice' } })],
    ['no rules', { ...firstRuleSet, rules: [] }],
    ['a version below one', { ...firstRuleSet, version: 0 }],
    ['a date without a zone', { ...firstRuleSet, activeFrom: '2025-05-01T00:00:00' }],
  ])('refuses %s', (_, ruleSet) => {
    expect(ruleSetSchema.safeParse(ruleSet).success).toBe(false)
  })
})
