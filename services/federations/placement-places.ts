import type { Bilingual, FederationRow, FederationTree } from './federation-tree.ts'
import { type Evidence, evidences } from './placement-rules.ts'

/** What is known of a driver for placement; divisions are GB/T 2260 codes of 6 digits. Absent and null mean unknown. */
export interface PlacementFacts {
  /** Letters of the plate that name the city: 苏B. */
  plateCity?: string | null
  plateDivision?: string | null
  householdDivision?: string | null
  residenceDivision?: string | null
  /** Street or town of residence: its name (洛社镇) or its code of 9 digits. */
  residenceStreet?: string | null
  routes?: readonly string[] | null
  platform?: string | null
  siteDivision?: string | null
  siteFederationId?: string | null
  /** Since when a place holds (ISO date); told in the explanation. */
  since?: Partial<Record<Evidence, string>>
}

export interface UsedFact {
  fact: Exclude<keyof PlacementFacts, 'since'>
  value: string
  since?: string
}

/** One step of an explanation, told to people in both languages, with the facts it rests on. */
export interface ExplanationStep extends Bilingual {
  code: string
  facts: UsedFact[]
}

/** What the facts say about places: which union's area each evidence lies in, within the area that the rules serve. */
export interface Places {
  /** Evidence inside the served area, with the narrowest union whose area is sure to contain it. */
  inside: Map<Evidence, FederationRow>
  facts: Map<Evidence, UsedFact[]>
  steps: ExplanationStep[]
  /** Set when two facts that must agree do not. */
  conflict: boolean
}

export const evidenceNames: Record<Evidence, Bilingual> = {
  residence: { zh: '常住地', en: 'residence' },
  household: { zh: '户籍地', en: 'household registration' },
  plate: { zh: '车牌归属地', en: 'plate city' },
  routes: { zh: '常跑路线', en: 'usual routes' },
  site: { zh: '登记站点', en: 'site' },
}

type Readings = Record<Evidence, FederationRow | undefined>

/** Finds the place of every evidence. `area` is the union whose area the rules serve. */
export function findPlaces(facts: PlacementFacts, tree: FederationTree, area: FederationRow): Places {
  const places: Places = { inside: new Map(), facts: gatherFacts(facts), steps: [], conflict: false }
  const readings: Readings = {
    residence: readResidence(facts, tree, places),
    household: divisionUnion(facts.householdDivision, tree),
    plate: readPlate(facts, tree, area, places),
    routes: readRoutes(facts, tree, area),
    site: readSite(facts, tree, places),
  }
  for (const evidence of evidences) {
    const used = places.facts.get(evidence)
    if (!used) continue
    const union = readings[evidence]
    if (union && tree.isWithin(union.id, area.id)) places.inside.set(evidence, union)
    places.steps.push(tellPlace(evidence, used, places.inside.get(evidence), area))
  }
  return places
}

function gatherFacts(facts: PlacementFacts): Map<Evidence, UsedFact[]> {
  const gathered = new Map<Evidence, UsedFact[]>()
  const add = (evidence: Evidence, fact: UsedFact['fact'], value: string | null | undefined) => {
    if (!value) return
    const since = facts.since?.[evidence]
    const used: UsedFact = since ? { fact, value, since } : { fact, value }
    const before = gathered.get(evidence)
    if (before) before.push(used)
    else gathered.set(evidence, [used])
  }
  add('residence', 'residenceDivision', facts.residenceDivision)
  add('residence', 'residenceStreet', facts.residenceStreet)
  add('household', 'householdDivision', facts.householdDivision)
  add('plate', 'plateCity', facts.plateCity)
  add('plate', 'plateDivision', facts.plateDivision)
  for (const code of facts.routes?.toSorted() ?? []) add('routes', 'routes', code)
  add('site', 'siteDivision', facts.siteDivision)
  add('site', 'siteFederationId', facts.siteFederationId)
  return gathered
}

const divisionUnion = (code: string | null | undefined, tree: FederationTree) =>
  code ? tree.ofDivision(code) : undefined

function readResidence(facts: PlacementFacts, tree: FederationTree, places: Places): FederationRow | undefined {
  const { residenceDivision, residenceStreet } = facts
  const district = divisionUnion(residenceDivision, tree)
  if (!residenceStreet) return district
  const byCode = tree.ofDivision(residenceStreet)
  const streets = byCode?.level === 'street' ? [byCode] : tree.ofStreetName(residenceStreet)
  // The code counts as well as the tree: a functional zone's streets carry codes of the district around it
  const fitting = streets.filter(
    (street) =>
      !residenceDivision ||
      street.division?.startsWith(residenceDivision) ||
      (district && tree.isWithin(street.id, district.id)),
  )
  if (fitting.length === 1) return fitting[0]
  const used = places.facts.get('residence') ?? []
  if (streets.length > 0 && fitting.length === 0) {
    places.conflict = true
    places.steps.push({
      code: 'street_elsewhere',
      zh: `街道（镇）${residenceStreet}不在常住地${residenceDivision}范围内，两者矛盾`,
      en: `the street or town ${residenceStreet} is not part of the residence ${residenceDivision}: they contradict`,
      facts: used,
    })
  } else {
    places.steps.push({
      code: 'street_unknown',
      zh: `街道（镇）${residenceStreet}无法确定，按区县处理`,
      en: `the street or town ${residenceStreet} could not be identified, so the district counts`,
      facts: used,
    })
  }
  return district
}

function readPlate(facts: PlacementFacts, tree: FederationTree, area: FederationRow, places: Places) {
  const { plateCity, plateDivision } = facts
  const byPlate = plateCity ? tree.ofPlate(plateCity) : undefined
  const byDivision = divisionUnion(plateDivision, tree)
  const inArea = (union: FederationRow | undefined) => union !== undefined && tree.isWithin(union.id, area.id)
  if (plateCity && plateDivision && inArea(byPlate) !== inArea(byDivision)) {
    places.conflict = true
    places.steps.push({
      code: 'plate_elsewhere',
      zh: `车牌${plateCity}与登记的归属地${plateDivision}不一致`,
      en: `the plate ${plateCity} does not belong to the stated place ${plateDivision}`,
      facts: places.facts.get('plate') ?? [],
    })
  }
  return byDivision ?? byPlate
}

/** Routes through several districts tie a driver to what these have in common; routes elsewhere neither help nor harm. */
function readRoutes(facts: PlacementFacts, tree: FederationTree, area: FederationRow): FederationRow | undefined {
  let common: FederationRow | undefined
  for (const code of facts.routes ?? []) {
    const union = tree.ofDivision(code)
    if (!union || !tree.isWithin(union.id, area.id)) continue
    const known: FederationRow | undefined = common
    common = known ? tree.nearest(known.id, (row) => tree.isWithin(union.id, row.id)) : union
  }
  return common
}

/** The site's own union tells the place better than its code where a zone has none; otherwise the narrower one counts. */
function readSite(facts: PlacementFacts, tree: FederationTree, places: Places): FederationRow | undefined {
  const { siteDivision, siteFederationId } = facts
  const byDivision = divisionUnion(siteDivision, tree)
  if (!siteFederationId) return byDivision
  const ofUnion = territoryOf(siteFederationId, tree)
  if (!ofUnion) {
    places.steps.push({
      code: 'site_union_unknown',
      zh: `站点所属工会${siteFederationId}不在组织树中`,
      en: `the site's union ${siteFederationId} is not in the tree`,
      facts: places.facts.get('site') ?? [],
    })
    return byDivision
  }
  return byDivision && tree.isWithin(byDivision.id, ofUnion.id) ? byDivision : ofUnion
}

/** The territorial union that a union belongs to: itself or the nearest 总工会 above it. */
export const territoryOf = (federationId: string, tree: FederationTree): FederationRow | undefined =>
  tree.nearest(federationId, (row) => row.kind === 'general-union')

function tellPlace(
  evidence: Evidence,
  facts: UsedFact[],
  inside: FederationRow | undefined,
  area: FederationRow,
): ExplanationStep {
  const { zh, en } = evidenceNames[evidence]
  const values = facts.map((fact) => fact.value).join(' ')
  const since = facts[0]?.since
  const sinceZh = since ? `，自${since}起` : ''
  const sinceEn = since ? `, since ${since}` : ''
  const name = (inside ?? area).place ?? (inside ?? area).name
  return inside
    ? {
        code: `${evidence}_inside`,
        zh: `${zh}（${values}${sinceZh}）属于${name.zh}`,
        en: `${en} (${values}${sinceEn}): ${name.en}`,
        facts,
      }
    : {
        code: `${evidence}_outside`,
        zh: `${zh}（${values}${sinceZh}）不在${name.zh}范围内`,
        en: `${en} (${values}${sinceEn}) is not in ${name.en}`,
        facts,
      }
}
