import { type Campaign, type CampaignRecord, Random } from '#libs/testing'
import { type Mistake, mistakes } from './mistakes.ts'

/** What goes wrong between phone and system: the answer is lost, the driver sends again, or taps twice. */
export type Trouble = 'none' | 'lost-answer' | 'sent-again' | 'double-tap'

/** One driver at one poster. */
export interface Visit {
  readonly record: CampaignRecord
  /** Which of the codes is scanned, by its place in the list; null for a driver to whom the page was passed on. */
  readonly code: number | null
  /** A browser without JavaScript sends the form; the others speak to the API. */
  readonly by: 'form' | 'script'
  readonly trouble: Trouble
  /** What is sent first and has to be refused; null for a driver who gets it right at once. */
  readonly mistake: Mistake | null
}

export type Verdict = 'approve' | 'return' | 'reject'

export interface Plan {
  /** Before the admin looks at the cases. */
  readonly early: readonly Visit[]
  /** After that: of people who are members already, or were sent back. */
  readonly late: readonly Visit[]
  /** What the admin will decide, by person. */
  readonly verdicts: ReadonlyMap<string, Verdict>
  /** People who, when their application is returned, come again with everything right. */
  readonly comeBack: ReadonlySet<string>
}

export interface PlanWishes {
  /** How many codes there are to scan. */
  readonly codes: number
  /** Share of the people whom the admin approves, from 0 to 1. */
  readonly approve: number
}

/** Decides who comes where, when and how, by the seed of the campaign. */
export function planVisits(campaign: Campaign, { codes, approve }: PlanWishes): Plan {
  const random = new Random(campaign.seed + 1)
  const early: Visit[] = []
  const late: Visit[] = []
  const comesLate = new Set<string>()
  const scanned = new Map<string, number>()
  for (const record of campaign.records) {
    const { personId, repeat } = record
    if (repeat > 0 && random.chance(0.25)) comesLate.add(personId)
    const code = repeat === 0 ? busyCode(random, codes) : otherCode(random, codes, scanned.get(personId)!)
    scanned.set(personId, code)
    const visit = { record, code: random.chance(0.03) ? null : code, ...mannersOf(random) }
    ;(comesLate.has(personId) ? late : early).push(visit)
  }
  const verdicts = new Map(campaign.people.map(({ personId }) => [personId, verdict(random, approve)]))
  const comeBack = new Set(campaign.people.flatMap(({ personId }) => (random.chance(0.5) ? [personId] : [])))
  return { early, late, verdicts, comeBack }
}

/** How a visit goes: most send by script, few have trouble or make a mistake. */
export function mannersOf(random: Random): Pick<Visit, 'by' | 'trouble' | 'mistake'> {
  return {
    by: random.chance(0.25) ? 'form' : 'script',
    trouble: random.weighted({ none: 78, 'lost-answer': 8, 'sent-again': 6, 'double-tap': 8 }),
    mistake: random.chance(0.06) ? random.pick(mistakes) : null,
  }
}

/** Some sites are busier than others. */
function busyCode(random: Random, codes: number): number {
  return Math.floor(codes * random.next() ** 1.5)
}

function otherCode(random: Random, codes: number, before: number): number {
  return codes === 1 ? before : (before + random.integer(1, codes - 1)) % codes
}

function verdict(random: Random, approve: number): Verdict {
  if (random.chance(approve)) return 'approve'
  return random.chance(0.6) ? 'return' : 'reject'
}
