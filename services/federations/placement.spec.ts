import { describe, expect, test } from '@jest/globals'
import { FederationTree } from './federation-tree.ts'
import { decidePlacement, simulateRuleChange } from './placement.ts'
import type { PlacementFacts } from './placement-places.ts'
import { firstRuleSet, type RuleSet } from './placement-rules.ts'
import { wuxiFederations } from './wuxi-federations.ts'

const tree = new FederationTree(wuxiFederations)
const decide = (facts: PlacementFacts, rules: RuleSet = firstRuleSet) => decidePlacement(facts, tree, rules)
const outcome = (facts: PlacementFacts, on: FederationTree = tree) => {
  const decision = decidePlacement(facts, on, firstRuleSet)
  return decision.outcome === 'placed' ? [decision.ruleId, decision.federationId] : ['held', decision.reason]
}
const codes = (facts: PlacementFacts) => decide(facts).explanation.map(({ code }) => code)

const fuyang = '341200'
const huishan = '320206'
const binhu = '320211'
const jiangyin = '320281'
const yixing = '320282'

describe('each rule wins where it should', () => {
  test.each<[string, string, PlacementFacts]>([
    ['key-platform', 'wx-freight-manbang', { platform: 'yunmanman', residenceDivision: huishan }],
    ['key-platform', 'wx-newforms-huolala', { platform: '货拉拉', plateCity: '苏B' }],
    ['industry-district-residence', 'wx-huishan-freight', { residenceDivision: huishan, plateCity: '苏B' }],
    ['industry-district-residence', 'wx-liangxi-newforms', { residenceDivision: '320213' }],
    ['industry-district-household', 'wx-jiangyin-freight', { householdDivision: jiangyin, residenceDivision: fuyang }],
    [
      'industry-district-household',
      'wx-jiangyin-freight',
      { householdDivision: jiangyin, residenceDivision: '320200' },
    ],
    ['industry-city-residence', 'wx-freight', { residenceDivision: '320200' }],
    ['industry-city-household', 'wx-freight', { householdDivision: '320222' }],
    ['industry-city-plate', 'wx-freight', { plateCity: '苏B', siteDivision: huishan }],
    ['industry-district-routes', 'wx-huishan-freight', { routes: [huishan, '310115', '320100'] }],
    ['industry-city-routes', 'wx-freight', { routes: [huishan, jiangyin] }],
    ['industry-district-site', 'wx-huishan-freight', { siteDivision: huishan, siteFederationId: 'wx-huishan-luoshe' }],
    ['fallback-street-residence', 'wx-yixing-dingshu', { residenceDivision: yixing, residenceStreet: '丁蜀镇' }],
    ['fallback-street-residence', 'wx-yixing-dingshu', { residenceStreet: '320282112', plateCity: '苏B' }],
    ['fallback-street-residence', 'wx-yixing-dingshu', { residenceDivision: '320200', residenceStreet: '丁蜀镇' }],
    ['fallback-district-residence', 'wx-yixing', { residenceDivision: yixing, householdDivision: huishan }],
    ['fallback-district-residence', 'wx-yixing', { residenceDivision: yixing, plateCity: '苏B' }],
    ['fallback-district-residence', 'wx-yixing', { residenceDivision: yixing, routes: [huishan] }],
    ['fallback-district-residence', 'wx-yixing', { residenceDivision: yixing, routes: [huishan, jiangyin] }],
    ['fallback-district-residence', 'wx-yixing', { residenceDivision: yixing, siteDivision: huishan }],
    ['fallback-district-household', 'wx-yixing', { householdDivision: yixing, plateCity: '苏B' }],
    ['fallback-site-union', 'wx-binhu-hudai-park', { siteDivision: binhu, siteFederationId: 'wx-binhu-hudai-park' }],
    ['fallback-district-site', 'wx-binhu', { siteDivision: binhu }],
  ])('%s → %s', (ruleId, federationId, facts) => {
    expect(outcome(facts)).toEqual([ruleId, federationId])
  })
})

describe('places', () => {
  test('a driver who lives elsewhere but has a plate and a site here is placed, and that is said', () => {
    const facts = { residenceDivision: fuyang, householdDivision: fuyang, plateCity: '苏B', siteDivision: huishan }
    expect(outcome(facts)).toEqual(['industry-city-plate', 'wx-freight'])
    const outsider = decide(facts).explanation.find(({ code }) => code === 'lives_outside')
    expect(outsider?.zh).toBe('常住外地，但车牌归属地、登记站点在本地区，仍可接收')
    expect(outsider?.facts).toEqual([{ fact: 'residenceDivision', value: fuyang }])
    expect(codes({ residenceDivision: huishan })).toEqual(['residence_inside', 'rule_won'])
  })

  test('streets run by the zone without a code belong to the zone, whatever their code says', () => {
    expect(outcome({ residenceDivision: binhu, residenceStreet: '华庄街道' })).toEqual([
      'industry-district-residence',
      'wx-jingkai-newforms',
    ])
    expect(outcome({ siteDivision: binhu, siteFederationId: 'wx-jingkai' })[1]).toBe('wx-jingkai-newforms')
  })

  test('a site of a city union still counts for the district where it lies', () => {
    expect(outcome({ siteDivision: huishan, siteFederationId: 'wx-freight' })[1]).toBe('wx-huishan-freight')
  })

  test('an unknown street leaves the district; an unknown site union leaves the division', () => {
    expect(outcome({ residenceDivision: yixing, residenceStreet: '某某镇' })[1]).toBe('wx-yixing')
    expect(codes({ residenceDivision: yixing, residenceStreet: '某某镇' })).toContain('street_unknown')
    expect(codes({ residenceDivision: yixing, residenceStreet: '320282999' })).toContain('street_unknown')
    expect(outcome({ siteDivision: huishan, siteFederationId: 'gone' })[1]).toBe('wx-huishan-freight')
    expect(codes({ siteDivision: huishan, siteFederationId: 'gone' })).toContain('site_union_unknown')
  })

  test('a plate with a known district is as good as that district of its city', () => {
    expect(outcome({ plateDivision: jiangyin })).toEqual(['industry-city-plate', 'wx-freight'])
    const { explanation } = decide({ plateCity: '苏B', plateDivision: jiangyin })
    expect(explanation[0]?.zh).toBe('车牌归属地（苏B 320281）属于江阴市')
    expect(outcome({ plateCity: '粤A', siteDivision: huishan })[0]).toBe('industry-district-site')
  })

  test('the explanation names the facts, with the date since when a place holds', () => {
    const { explanation } = decide({ residenceDivision: huishan, since: { residence: '2021-03-01' } })
    const fact = { fact: 'residenceDivision', value: huishan, since: '2021-03-01' }
    expect(explanation[0]).toEqual({
      code: 'residence_inside',
      zh: '常住地（320206，自2021-03-01起）属于惠山区',
      en: 'residence (320206, since 2021-03-01): Huishan District',
      facts: [fact],
    })
    expect(explanation.at(-1)).toEqual({
      code: 'rule_won',
      zh: '按“行业建：常住地的区级行业工会”，由无锡市惠山区道路货运行业工会联合会接收',
      en: expect.stringContaining('Huishan District Road Freight Industry Federation'),
      facts: [fact],
    })
    expect(decide({ platform: 'yunmanman', plateCity: '苏B' }).explanation.at(-1)?.facts).toEqual([
      { fact: 'platform', value: 'yunmanman' },
    ])
    expect(decide({ siteFederationId: 'wx-binhu-hudai-park' }).explanation.at(-1)?.facts).toEqual([
      { fact: 'siteFederationId', value: 'wx-binhu-hudai-park' },
    ])
  })
})

describe('held', () => {
  test.each<[string, PlacementFacts]>([
    ['no_place', {}],
    ['no_place', { platform: 'yunmanman', routes: [], residenceDivision: null }],
    ['outside_area', { residenceDivision: fuyang, plateCity: '皖K', routes: ['310115'], platform: 'yunmanman' }],
    ['outside_area', { householdDivision: '320100', plateCity: '苏A' }],
    ['conflicting_places', { residenceDivision: jiangyin, residenceStreet: '洛社镇', plateCity: '苏B' }],
    ['conflicting_places', { residenceDivision: fuyang, residenceStreet: '320206102' }],
    ['conflicting_places', { plateCity: '苏B', plateDivision: '440100', residenceDivision: huishan }],
    ['conflicting_places', { plateCity: '粤A', plateDivision: '320200' }],
    ['no_admitting_federation', { siteDivision: '320200' }],
  ])('%s', (reason, facts) => {
    expect(outcome(facts)).toEqual(['held', reason])
    expect(codes(facts).at(-1)).toBe(reason)
  })

  test('the pool is the district of the strongest tie, else the whole area', () => {
    const poolOf = (facts: PlacementFacts) => {
      const decision = decide(facts)
      return decision.outcome === 'held' ? decision.poolFederationId : undefined
    }
    expect(poolOf({ residenceDivision: jiangyin, residenceStreet: '洛社镇', siteDivision: huishan })).toBe(
      'wx-jiangyin',
    )
    expect(poolOf({ residenceDivision: fuyang })).toBe('wx')
    expect(poolOf({ siteDivision: '320200' })).toBe('wx')
  })
})

describe('candidates', () => {
  const verdicts = (facts: PlacementFacts) =>
    decide(facts).candidates.map(({ ruleId, federationId, verdict }) => `${ruleId} ${federationId} ${verdict}`)
  const whyOf = (facts: PlacementFacts, ruleId: string, federationId: string | null) =>
    decide(facts).candidates.find((one) => one.ruleId === ruleId && one.federationId === federationId)?.why.zh

  test('every rule and every union it looked at is listed in order', () => {
    const facts = { residenceDivision: huishan, residenceStreet: '洛社镇', platform: 'other' }
    expect(verdicts(facts)).toEqual([
      'key-platform null not_applicable',
      'industry-district-residence wx-huishan-newforms lost',
      'industry-district-residence wx-huishan-freight chosen',
      'industry-district-household null not_applicable',
      'industry-city-residence null not_applicable',
      'industry-city-household null not_applicable',
      'industry-city-plate null not_applicable',
      'industry-district-routes null not_applicable',
      'industry-city-routes null not_applicable',
      'industry-district-site null not_applicable',
      'fallback-street-residence wx-huishan-luoshe lost',
      'fallback-district-residence wx-huishan lost',
      'fallback-district-household null not_applicable',
      'fallback-site-union null not_applicable',
      'fallback-district-site null not_applicable',
    ])
  })

  test.each<[string, string, string | null, PlacementFacts]>([
    ['没有覆盖', 'key-platform', null, { platform: 'x', plateCity: '苏B' }],
    ['未满足条件：填写了平台', 'key-platform', null, { plateCity: '苏B' }],
    ['常住地未知', 'industry-district-residence', null, { plateCity: '苏B' }],
    ['常住地不在本地区', 'industry-district-residence', null, { plateCity: '苏B', residenceDivision: fuyang }],
    ['常住地不能明确到区县', 'industry-district-residence', null, { residenceDivision: '320200' }],
    ['不直接接收', 'industry-district-residence', 'wx-yixing-newforms', { residenceDivision: yixing }],
    ['更专业', 'industry-district-residence', 'wx-huishan-newforms', { residenceDivision: huishan }],
    ['优先', 'fallback-district-residence', 'wx-huishan', { residenceDivision: huishan }],
    ['已选定同一工会', 'industry-city-plate', 'wx-freight', { plateCity: '苏B', residenceDivision: '320200' }],
    ['不在本地区', 'fallback-site-union', null, { siteFederationId: 'js', siteDivision: '320200' }],
  ])('says why: %s', (why, ruleId, federationId, facts) => {
    expect(whyOf(facts, ruleId, federationId)).toContain(why)
  })

  test('puts a compound condition into words', () => {
    expect(whyOf({ residenceDivision: huishan }, 'industry-city-plate', null)).toBe(
      '未满足条件：并非（常住地在本地区并明确到区县 或 户籍地在本地区并明确到区县）',
    )
  })
})

describe('platform unions', () => {
  const sample = wuxiFederations.find(({ id }) => id === 'wx-freight-manbang')!
  const withPlatformUnions = new FederationTree([
    ...wuxiFederations,
    { ...sample, id: 'wx-jiangyin-manbang', parentId: 'wx-jiangyin' },
    { ...sample, id: 'js-manbang', parentId: 'js' },
  ])

  test('the nearest that covers a place of the driver takes in; those outside the area never', () => {
    const facts = { platform: 'yunmanman', residenceDivision: jiangyin }
    expect(outcome(facts, withPlatformUnions)[1]).toBe('wx-jiangyin-manbang')
    expect(outcome({ ...facts, residenceDivision: huishan }, withPlatformUnions)[1]).toBe('wx-freight-manbang')
    const asked = decidePlacement(facts, withPlatformUnions, firstRuleSet).candidates
    expect(asked.some(({ federationId }) => federationId === 'js-manbang')).toBe(false)
  })
})

describe('rule sets', () => {
  const withoutPlatforms: RuleSet = { ...firstRuleSet, version: 2, rules: firstRuleSet.rules.slice(1) }

  test('a decision carries the version of its rules', () => {
    expect(decide({ plateCity: '苏B' }, withoutPlatforms).ruleSetVersion).toBe(2)
    expect(decide({}, withoutPlatforms).ruleSetVersion).toBe(2)
  })

  test('another industry looks for unions that admit it', () => {
    const couriers: RuleSet = { ...firstRuleSet, industry: 'express-delivery' }
    expect(decide({ residenceDivision: huishan }, couriers)).toMatchObject({ federationId: 'wx-huishan-newforms' })
  })

  test('a rule whose conditions must all hold applies only then', () => {
    const [first] = firstRuleSet.rules
    const both = { all: [{ known: 'platform' as const }, { known: 'siteFederationId' as const }] }
    const rules: RuleSet = { ...firstRuleSet, rules: [{ ...first!, when: both }] }
    const facts = { platform: 'yunmanman', plateCity: '苏B' }
    const unmet = decide(facts, rules)
    expect(unmet).toMatchObject({ reason: 'no_admitting_federation' })
    expect(unmet.candidates[0]?.why.zh).toBe('未满足条件：填写了平台 且 站点有所属工会')
    expect(decide({ ...facts, siteFederationId: 'wx-freight' }, rules)).toMatchObject({ outcome: 'placed' })
  })

  test('of two federations that fit, the more specialised wins whatever its id', () => {
    const renamed = new FederationTree(
      wuxiFederations.map((row) => (row.id === 'wx-huishan-freight' ? { ...row, id: 'wx-huishan-trucks' } : row)),
    )
    expect(outcome({ residenceDivision: huishan }, renamed)[1]).toBe('wx-huishan-trucks')
  })

  test('rules for an area that is not in the tree are refused', () => {
    expect(() => decide({}, { ...firstRuleSet, area: 'sz' })).toThrow(RangeError)
  })

  test('rules for one district hold everybody else', () => {
    const ofHuishan: RuleSet = { ...firstRuleSet, area: 'wx-huishan' }
    expect(decide({ residenceDivision: jiangyin }, ofHuishan)).toMatchObject({ reason: 'outside_area' })
    expect(decide({ residenceDivision: huishan, siteFederationId: 'wx-jiangyin' }, ofHuishan)).toMatchObject({
      federationId: 'wx-huishan-freight',
    })
  })

  test('a simulation lists those whose union or reason changes, and nobody else', () => {
    const facts: PlacementFacts[] = [
      { platform: 'yunmanman', residenceDivision: huishan },
      { residenceDivision: huishan },
      { platform: 'huolala', plateCity: '苏B' },
      {},
    ]
    const changes = simulateRuleChange(facts, tree, firstRuleSet, withoutPlatforms)
    expect(changes.map(({ index }) => index)).toEqual([0, 2])
    expect(changes[0]).toMatchObject({
      before: { federationId: 'wx-freight-manbang', ruleSetVersion: 1 },
      after: { federationId: 'wx-huishan-freight', ruleSetVersion: 2 },
    })
    expect(
      simulateRuleChange([{ siteDivision: huishan }], tree, firstRuleSet, { ...firstRuleSet, area: 'wx-yixing' }),
    ).toHaveLength(1)
  })
})
