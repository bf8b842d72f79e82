import type { Bilingual, FederationLevel, FederationRow, FederationTree } from './federation-tree.ts'
import { type ExplanationStep, evidenceNames, type Places } from './placement-places.ts'
import { type Condition, type Rule, stages } from './placement-rules.ts'

/** Why nobody is proposed: no place known; all places outside the area; facts that contradict; no rule found a union. */
export type HeldReason = 'no_place' | 'outside_area' | 'conflicting_places' | 'no_admitting_federation'

export const heldTexts: Record<HeldReason, Bilingual> = {
  no_place: { zh: '没有任何地点信息，待人工分配', en: 'no place is known: a person decides' },
  outside_area: {
    zh: '所有地点都不在本地区，待人工处理',
    en: 'every known place is outside the area: a person decides',
  },
  conflicting_places: { zh: '地点信息相互矛盾，待人工核实', en: 'the places contradict each other: a person checks' },
  no_admitting_federation: {
    zh: '没有规则找到可直接接收的工会，待人工分配',
    en: 'no rule found a union that admits the driver directly: a person decides',
  },
}

export const tellWon = (rule: Rule, union: FederationRow): Bilingual => ({
  zh: `按“${stages[rule.stage].zh}：${rule.title.zh}”，由${union.name.zh}接收`,
  en: `by the rule “${stages[rule.stage].en}: ${rule.title.en}”, ${union.name.en} takes the driver in`,
})

export const tellLost = (winner: Rule, chosen: FederationRow, union: FederationRow): Bilingual =>
  chosen === union
    ? {
        zh: `在先规则“${winner.title.zh}”已选定同一工会`,
        en: `an earlier rule (${winner.title.en}) chose the same union`,
      }
    : { zh: `在先规则“${winner.title.zh}”优先`, en: `an earlier rule comes first: ${winner.title.en}` }

export const tellClosed = (union: FederationRow): Bilingual => ({
  zh: `${union.name.zh}不直接接收该行业人员`,
  en: `${union.name.en} does not admit this industry directly`,
})

export const tellLessFitting = (union: FederationRow): Bilingual => ({
  zh: `同一规则下有比${union.name.zh}更贴近或更专业的工会`,
  en: `under the same rule a nearer or more specialised union than ${union.name.en} fits`,
})

/** Living elsewhere does not keep a driver out who is tied to the area in another way; the reader is told so. */
export function tellOutsider(places: Places): ExplanationStep[] {
  const residence = places.facts.get('residence')
  if (!residence || places.inside.has('residence')) return []
  const ties = [...places.inside.keys()].map((evidence) => evidenceNames[evidence])
  return [
    {
      code: 'lives_outside',
      zh: `常住外地，但${ties.map(({ zh }) => zh).join('、')}在本地区，仍可接收`,
      en: `lives elsewhere, but is tied to the area by ${ties.map(({ en }) => en).join(', ')}: still taken in`,
      facts: residence,
    },
  ]
}

const levelNames: Record<FederationLevel, Bilingual> = {
  province: { zh: '省', en: 'province' },
  city: { zh: '市', en: 'city' },
  district: { zh: '区县', en: 'district' },
  street: { zh: '街道（镇）', en: 'street or town' },
  enterprise: { zh: '单位', en: 'enterprise' },
}

const knownNames = {
  platform: { zh: '填写了平台', en: 'a platform is stated' },
  siteFederationId: { zh: '站点有所属工会', en: 'the site has a union' },
}

/** A rule set is never changed in place, so each condition is put into words once: a quarter of a decision's time. */
const unmetTexts = new WeakMap<Condition, Bilingual>()

export function tellUnmet(condition: Condition): Bilingual {
  const known = unmetTexts.get(condition)
  if (known) return known
  const { zh, en } = describe(condition)
  const text = { zh: `未满足条件：${zh}`, en: `condition not met: ${en}` }
  unmetTexts.set(condition, text)
  return text
}

function describe(condition: Condition): Bilingual {
  if ('all' in condition) return join(condition.all, '且', 'and')
  if ('any' in condition) return join(condition.any, '或', 'or')
  if ('not' in condition) {
    const { zh, en } = describe(condition.not)
    return { zh: `并非（${zh}）`, en: `not (${en})` }
  }
  if ('known' in condition) return knownNames[condition.known]
  const evidence = evidenceNames[condition.evidence]
  const level = levelNames[condition.reaches]
  return {
    zh: `${evidence.zh}在本地区并明确到${level.zh}`,
    en: `${evidence.en} in the area and known down to the ${level.en}`,
  }
}

function join(conditions: Condition[], zh: string, en: string): Bilingual {
  const parts = conditions.map(describe)
  return { zh: parts.map((part) => part.zh).join(` ${zh} `), en: parts.map((part) => part.en).join(` ${en} `) }
}

/** Why a rule that applies proposes nobody. */
export function tellNothingFound(target: Rule['target'], places: Places, tree: FederationTree): Bilingual {
  if (target.by === 'platform') {
    return { zh: '没有覆盖该地点的平台工会', en: 'no union of this platform covers a place of the driver' }
  }
  if (target.by === 'site') return { zh: '站点所属工会不在本地区', en: 'the site’s union is not in the area' }
  const evidence = evidenceNames[target.evidence]
  const level = levelNames[target.level]
  const place = places.inside.get(target.evidence)
  if (!places.facts.has(target.evidence)) return { zh: `${evidence.zh}未知`, en: `${evidence.en}: unknown` }
  if (!place) return { zh: `${evidence.zh}不在本地区`, en: `${evidence.en}: outside the area` }
  if (!tree.nearest(place.id, (row) => row.level === target.level)) {
    return { zh: `${evidence.zh}不能明确到${level.zh}`, en: `${evidence.en}: not known down to the ${level.en}` }
  }
  return { zh: `${evidence.zh}所在${level.zh}没有此类工会`, en: `${evidence.en}: the ${level.en} has no such union` }
}
