import { type Bilingual, type FederationRow, type FederationTree, federationLevels } from './federation-tree.ts'
import { type ExplanationStep, findPlaces, type PlacementFacts, type Places, territoryOf } from './placement-places.ts'
import { type Condition, evidences, type Rule, type RuleSet } from './placement-rules.ts'
import {
  type HeldReason,
  heldTexts,
  tellClosed,
  tellLessFitting,
  tellLost,
  tellNothingFound,
  tellOutsider,
  tellUnmet,
  tellWon,
} from './placement-texts.ts'

/** What became of a rule, and of every union it looked at; `federationId` is null where it found none. */
export interface Candidate {
  ruleId: string
  federationId: string | null
  verdict: 'chosen' | 'lost' | 'not_applicable'
  why: Bilingual
}

interface Explained {
  ruleSetVersion: number
  explanation: ExplanationStep[]
  /** In the order of the rules; empty when the facts were held before any rule was asked. */
  candidates: Candidate[]
}

export type PlacementDecision =
  | (Explained & { outcome: 'placed'; federationId: string; ruleId: string })
  | (Explained & {
      outcome: 'held'
      reason: HeldReason
      /** The territorial union that looks after the driver in the holding pool. */
      poolFederationId: string
    })

/**
 * Decides which union takes a driver in: the first rule that finds a union which admits the industry directly. Pure and
 * deterministic; of several unions that fit one rule the nearest to the driver wins, then the most specialised, then the
 * first by id. Whoever has no tie to the area of the rules, or whose facts contradict, is held for a person to decide.
 * Throws RangeError when the rule set's area is not in the tree.
 */
export function decidePlacement(facts: PlacementFacts, tree: FederationTree, rules: RuleSet): PlacementDecision {
  const area = tree.byId(rules.area)
  if (!area) throw new RangeError(`the area ${rules.area} of rule set ${rules.version} is not in the federation tree`)
  const places = findPlaces(facts, tree, area)
  const hold = (reason: HeldReason, candidates: Candidate[] = []): PlacementDecision => ({
    outcome: 'held',
    reason,
    ruleSetVersion: rules.version,
    poolFederationId: poolOf(places, tree, area),
    explanation: [...places.steps, { code: reason, ...heldTexts[reason], facts: [] }],
    candidates,
  })
  if (places.facts.size === 0) return hold('no_place')
  if (places.conflict) return hold('conflicting_places')
  if (places.inside.size === 0) return hold('outside_area')

  const candidates: Candidate[] = []
  let won: { rule: Rule; union: FederationRow } | undefined
  for (const rule of rules.rules) {
    const best = ask(rule, { facts, tree, rules, places }, candidates)
    if (!best) continue
    candidates.push({
      ruleId: rule.id,
      federationId: best.id,
      verdict: won ? 'lost' : 'chosen',
      why: won ? tellLost(won.rule, won.union, best) : tellWon(rule, best),
    })
    won ??= { rule, union: best }
  }
  if (!won) return hold('no_admitting_federation', candidates)
  return {
    outcome: 'placed',
    federationId: won.union.id,
    ruleId: won.rule.id,
    ruleSetVersion: rules.version,
    explanation: [
      ...places.steps,
      ...tellOutsider(places),
      { code: 'rule_won', ...tellWon(won.rule, won.union), facts: factsBehind(won.rule, facts, places) },
    ],
    candidates,
  }
}

interface Question {
  facts: PlacementFacts
  tree: FederationTree
  rules: RuleSet
  places: Places
}

/** The union a rule proposes, if any; notes in `candidates` why the rule or a union it looked at is out. */
function ask(rule: Rule, question: Question, candidates: Candidate[]): FederationRow | undefined {
  const out = (verdict: Candidate['verdict'], why: Bilingual, union?: FederationRow) =>
    candidates.push({ ruleId: rule.id, federationId: union?.id ?? null, verdict, why })
  if (rule.when && !holds(rule.when, question)) {
    out('not_applicable', tellUnmet(rule.when))
    return undefined
  }
  const found = findTargets(rule.target, question)
  if (found.length === 0) out('not_applicable', tellNothingFound(rule.target, question.places, question.tree))
  const { industry } = question.rules
  const admitting = found.filter((union) => union.admitsMembers && union.industries.includes(industry))
  for (const union of found) if (!admitting.includes(union)) out('not_applicable', tellClosed(union), union)
  const [best, ...others] = admitting.toSorted((a, b) => compare(a, b, question.tree))
  for (const other of others) out('lost', tellLessFitting(other), other)
  return best
}

function holds(condition: Condition, question: Question): boolean {
  if ('all' in condition) return condition.all.every((part) => holds(part, question))
  if ('any' in condition) return condition.any.some((part) => holds(part, question))
  if ('not' in condition) return !holds(condition.not, question)
  if ('known' in condition) return Boolean(question.facts[condition.known])
  const union = question.places.inside.get(condition.evidence)
  return union !== undefined && federationLevels.indexOf(union.level) >= federationLevels.indexOf(condition.reaches)
}

function findTargets(target: Rule['target'], { facts, tree, rules, places }: Question): FederationRow[] {
  if (target.by === 'platform') {
    const ties = [...places.inside.values()]
    return tree.ofPlatform(facts.platform ?? '').filter((union) => {
      const territory = territoryOf(union.id, tree)
      return (
        territory !== undefined &&
        tree.isWithin(union.id, rules.area) &&
        ties.some((tie) => tree.isWithin(tie.id, territory.id))
      )
    })
  }
  if (target.by === 'site') {
    const union = tree.byId(facts.siteFederationId ?? '')
    return union && tree.isWithin(union.id, rules.area) ? [union] : []
  }
  const place = places.inside.get(target.evidence)
  const territory = place && tree.nearest(place.id, (row) => row.level === target.level)
  if (!territory) return []
  return [territory, ...tree.childrenOf(territory.id)].filter(
    (union) => union.level === target.level && union.kind === target.kind,
  )
}

/** The narrower territory is nearer to the driver; fewer industries means more specialised; ids make the order total. */
function compare(a: FederationRow, b: FederationRow, tree: FederationTree): number {
  const depth = ({ id }: FederationRow) => tree.pathTo(territoryOf(id, tree)?.id ?? id).length
  return depth(b) - depth(a) || a.industries.length - b.industries.length || (a.id < b.id ? -1 : 1)
}

function factsBehind(rule: Rule, facts: PlacementFacts, places: Places): ExplanationStep['facts'] {
  const { target } = rule
  if (target.by === 'platform') return facts.platform ? [{ fact: 'platform', value: facts.platform }] : []
  return places.facts.get(target.by === 'site' ? 'site' : target.evidence) ?? []
}

/** The district of the strongest tie: near enough to know the driver, with staff to look after the pool. */
function poolOf(places: Places, tree: FederationTree, area: FederationRow): string {
  for (const evidence of evidences) {
    const union = places.inside.get(evidence)
    if (union) return (tree.nearest(union.id, (row) => row.level === 'district') ?? area).id
  }
  return area.id
}

/** A driver whom two rule sets treat differently; `index` is the position in the list of facts. */
export interface PlacementChange {
  index: number
  before: PlacementDecision
  after: PlacementDecision
}

/** What changes if `after` replaces `before`: everybody whose union, or whose reason for being held, differs. */
export function simulateRuleChange(
  facts: readonly PlacementFacts[],
  tree: FederationTree,
  before: RuleSet,
  after: RuleSet,
): PlacementChange[] {
  return facts.flatMap((one, index) => {
    const change = { index, before: decidePlacement(one, tree, before), after: decidePlacement(one, tree, after) }
    return resultOf(change.before) === resultOf(change.after) ? [] : [change]
  })
}

const resultOf = (decision: PlacementDecision) =>
  decision.outcome === 'placed' ? `placed ${decision.federationId}` : `held ${decision.reason}`
