import { z } from 'zod'
import { federationKinds, federationLevels, industries } from './federation-tree.ts'

/**
 * What can tie a driver to a place, the strongest tie first: where they live, where their household is registered, the
 * city of the plate, the usual routes, and the site where they scanned the code.
 */
export const evidences = ['residence', 'household', 'plate', 'routes', 'site'] as const

export type Evidence = (typeof evidences)[number]

/** The three stages of placement in practice; rules of a later stage normally follow those of an earlier one. */
export const stages = {
  key: { zh: '重点建', en: 'key union' },
  industry: { zh: '行业建', en: 'industry federation' },
  fallback: { zh: '兜底建', en: 'local fallback' },
} as const

const evidence = z.enum(evidences)
const level = z.enum(federationLevels)
const bilingual = z.object({ zh: z.string().min(1), en: z.string().min(1) })

/**
 * When a rule applies. `reaches`: this evidence lies in the area of the rule set and is known at least down to the level;
 * `known`: the driver or the site states it; the others combine conditions.
 */
export type Condition =
  | { reaches: z.infer<typeof level>; evidence: Evidence }
  | { known: 'platform' | 'siteFederationId' }
  | { all: Condition[] }
  | { any: Condition[] }
  | { not: Condition }

const condition: z.ZodType<Condition> = z
  .lazy(() =>
    z.union([
      z.strictObject({ reaches: level, evidence }),
      z.strictObject({ known: z.enum(['platform', 'siteFederationId']) }),
      z.strictObject({ all: z.array(condition).min(1) }),
      z.strictObject({ any: z.array(condition).min(1) }),
      z.strictObject({ not: condition }),
    ]),
  )
  .meta({ id: 'PlacementCondition' })

/**
 * Which union a rule proposes: the union of a kind and level for the place that an evidence names, the union that was
 * founded for the driver's platform, or the union that looks after the site.
 */
const target = z.discriminatedUnion('by', [
  z.strictObject({
    by: z.literal('place'),
    evidence,
    level,
    kind: z.enum(Object.keys(federationKinds) as (keyof typeof federationKinds)[]),
  }),
  z.strictObject({ by: z.literal('platform') }),
  z.strictObject({ by: z.literal('site') }),
])

const rule = z.strictObject({
  id: z.string().regex(/^[a-z][a-z-]*$/),
  stage: z.enum(Object.keys(stages) as (keyof typeof stages)[]),
  title: bilingual,
  when: condition.optional(),
  target,
})

/**
 * The placement rules of one area and one industry, as an administrator edits and versions them: plain JSON. The first
 * rule of the list that finds a union which admits the industry places the driver.
 */
export const ruleSetSchema = z.strictObject({
  version: z.int().positive(),
  activeFrom: z.iso.datetime({ offset: true }),
  /** The union whose area the rules serve; whoever has no tie to it is held. */
  area: z.string(),
  industry: z.enum(industries),
  rules: z
    .array(rule)
    .min(1)
    .refine((rules) => new Set(rules.map(({ id }) => id)).size === rules.length, 'two rules have the same id'),
})

export type RuleSet = z.infer<typeof ruleSetSchema>
export type Rule = RuleSet['rules'][number]

const homeIsKnown: Condition = {
  any: [
    { reaches: 'district', evidence: 'residence' },
    { reaches: 'district', evidence: 'household' },
  ],
}

/** Away from home only: who lives in a district of the area belongs there, even if its federation admits nobody. */
const noHome: Condition = { not: homeIsKnown }

const livesElsewhere: Condition = { not: { reaches: 'district', evidence: 'residence' } }

const inIndustry = (evidence: Evidence, level: 'city' | 'district'): Rule['target'] => ({
  by: 'place',
  evidence,
  level,
  kind: 'industry-federation',
})

const locally = (evidence: Evidence, level: 'district' | 'street'): Rule['target'] => ({
  by: 'place',
  evidence,
  level,
  kind: 'general-union',
})

/**
 * The rules as loaded on the first start: 重点建, then 行业建 by residence, household, plate city, usual routes and site,
 * then 兜底建 (street or town, district, the site's own union). The order is the practice of city unions; check the
 * details with the city union.
 */
export const firstRuleSet: RuleSet = {
  version: 1,
  activeFrom: '2025-05-01T00:00:00+08:00',
  area: 'wx',
  industry: 'road-freight',
  rules: [
    {
      id: 'key-platform',
      stage: 'key',
      title: { zh: '所在平台或头部企业已建工会', en: 'the platform or head firm has its own union' },
      when: { known: 'platform' },
      target: { by: 'platform' },
    },
    {
      id: 'industry-district-residence',
      stage: 'industry',
      title: { zh: '常住地的区级行业工会', en: 'industry federation of the district of residence' },
      target: inIndustry('residence', 'district'),
    },
    {
      id: 'industry-district-household',
      stage: 'industry',
      title: { zh: '户籍地的区级行业工会', en: 'industry federation of the district of household registration' },
      when: livesElsewhere,
      target: inIndustry('household', 'district'),
    },
    {
      id: 'industry-city-residence',
      stage: 'industry',
      title: { zh: '常住本市的市级行业工会', en: 'city industry federation, by residence in the city' },
      when: noHome,
      target: inIndustry('residence', 'city'),
    },
    {
      id: 'industry-city-household',
      stage: 'industry',
      title: { zh: '户籍在本市的市级行业工会', en: 'city industry federation, by household registration in the city' },
      when: noHome,
      target: inIndustry('household', 'city'),
    },
    {
      id: 'industry-city-plate',
      stage: 'industry',
      title: { zh: '本市车牌的市级行业工会', en: 'city industry federation, by a plate of the city' },
      when: noHome,
      target: inIndustry('plate', 'city'),
    },
    {
      id: 'industry-district-routes',
      stage: 'industry',
      title: { zh: '常跑路线所在的区级行业工会', en: 'industry federation of the district of the usual routes' },
      when: noHome,
      target: inIndustry('routes', 'district'),
    },
    {
      id: 'industry-city-routes',
      stage: 'industry',
      title: { zh: '常跑本市的市级行业工会', en: 'city industry federation, by usual routes in the city' },
      when: noHome,
      target: inIndustry('routes', 'city'),
    },
    {
      id: 'industry-district-site',
      stage: 'industry',
      title: { zh: '登记站点所在的区级行业工会', en: 'industry federation of the district of the site' },
      when: noHome,
      target: inIndustry('site', 'district'),
    },
    {
      id: 'fallback-street-residence',
      stage: 'fallback',
      title: { zh: '常住地的街道（镇）工会', en: 'union of the street or town of residence' },
      target: locally('residence', 'street'),
    },
    {
      id: 'fallback-district-residence',
      stage: 'fallback',
      title: { zh: '常住地的区级总工会', en: 'union of the district of residence' },
      target: locally('residence', 'district'),
    },
    {
      id: 'fallback-district-household',
      stage: 'fallback',
      title: { zh: '户籍地的区级总工会', en: 'union of the district of household registration' },
      target: locally('household', 'district'),
    },
    {
      id: 'fallback-site-union',
      stage: 'fallback',
      title: { zh: '登记站点的工会', en: 'union that looks after the site' },
      when: { known: 'siteFederationId' },
      target: { by: 'site' },
    },
    {
      id: 'fallback-district-site',
      stage: 'fallback',
      title: { zh: '登记站点所在的区级总工会', en: 'union of the district of the site' },
      target: locally('site', 'district'),
    },
  ],
}
