import type { Bilingual } from '#libs/platform'
import { table } from '../terminal.ts'
import type { Evidence } from './invariants.ts'
import type { Journal, Rule, Violation } from './journal.ts'

const SHOWN = 20

const rules: Readonly<Record<Rule, Bilingual>> = {
  unexpected_answer: { zh: '系统的回答出乎意料', en: 'an answer that should not come' },
  mistake_accepted: { zh: '填错的内容被接受', en: 'a mistake was accepted' },
  key_gave_two_registrations: { zh: '同一次提交产生了两份登记', en: 'one submission became two registrations' },
  not_processed: { zh: '登记一直没有进入审核', en: 'a registration did not come to a case in time' },
  not_in_a_case: { zh: '已受理的登记不在任何审核事项中', en: 'an acknowledged registration is in no review case' },
  in_two_cases: { zh: '一份登记出现在两个审核事项中', en: 'a registration is in two review cases' },
  person_in_two_cases: { zh: '同一人有两个审核事项', en: 'one person has two living cases' },
  people_in_one_case: { zh: '不同的人被并入一个审核事项', en: 'different people are in one case' },
  twice_a_member: { zh: '有人两次成为会员', en: 'somebody is a member twice' },
  member_number_twice: { zh: '会员号重复', en: 'a member number was given twice' },
  not_decided: { zh: '审核事项没有办结', en: 'a case could not be decided' },
  status_differs: { zh: '司机看到的状态与审核结果不符', en: 'the driver is told something else than was decided' },
  funnel_short: { zh: '统计少计', en: 'the funnel counts less than was done' },
}

/** The result of a run, as `--json` prints it. */
export interface Summary {
  readonly drivers: number
  readonly duplicates: number
  readonly seed: number
  readonly scans: number
  readonly accepted: number
  readonly repeatedAnswers: number
  readonly refused: number
  readonly people: { readonly system: number; readonly truth: number }
  readonly cases: number
  readonly approved: number
  readonly returned: number
  readonly rejected: number
  readonly federations: readonly { readonly name: Bilingual; readonly approved: number }[]
  readonly latencyMs: { readonly p50: number; readonly p99: number }
  readonly perSecond: number
  readonly seconds: number
  readonly funnel: Evidence['counted']
  readonly members: Evidence['members']
  /** Every violated rule, with at most 20 of the places. */
  readonly violations: readonly {
    readonly rule: Rule
    readonly say: Bilingual
    readonly count: number
    readonly places: readonly string[]
  }[]
}

export function summarize(
  wishes: Pick<Summary, 'drivers' | 'duplicates' | 'seed'>,
  journal: Journal,
  evidence: Evidence,
  violations: readonly Violation[],
  seconds: number,
): Summary {
  const { cases, acknowledged, counted, members } = evidence
  const inStatus = (status: string) => cases.filter((each) => each.status === status)
  const latencies = journal.latenciesMs.toSorted((one, other) => one - other)
  return {
    ...wishes,
    scans: journal.scans,
    accepted: acknowledged.length,
    repeatedAnswers: journal.repeatedAnswers,
    refused: journal.refused,
    people: {
      system: new Set(cases.map(({ identityId }) => identityId)).size,
      truth: new Set(acknowledged.map(({ personId }) => personId)).size,
    },
    cases: cases.length,
    approved: inStatus('approved').length,
    returned: inStatus('returned').length,
    rejected: inStatus('rejected').length,
    federations: perFederation(inStatus('approved')),
    latencyMs: { p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99) },
    perSecond: round(acknowledged.length / (journal.busyMs / 1_000)),
    seconds: round(seconds),
    funnel: counted,
    members,
    violations: byRule(violations),
  }
}

/** The summary for people. */
export function report(summary: Summary): string {
  const { people, latencyMs, funnel, members } = summary
  const rows: [string, number][] = [
    ['扫码 scans', summary.scans],
    ['受理登记 accepted', summary.accepted],
    ['重复提交得到同一回答 repeated answers', summary.repeatedAnswers],
    ['填错被退回 mistakes refused', summary.refused],
    ['系统识别的人数 people, system', people.system],
    ['实际人数 people, truth', people.truth],
    ['审核事项 review cases', summary.cases],
    ['批准 approved', summary.approved],
    ['退回修改 returned', summary.returned],
    ['未通过 rejected', summary.rejected],
    ['提交用时 p50, ms', latencyMs.p50],
    ['提交用时 p99, ms', latencyMs.p99],
    ['每秒受理 accepted per second', summary.perSecond],
    ['总用时 seconds in all', summary.seconds],
    ['全系统会员 members, whole system', members.members],
    ['全系统会员人数 people among them', members.people],
  ]
  const steps = `${funnel.scans} → ${funnel.submitted} → ${funnel.newPeople} → ${funnel.approved}`
  const federations = summary.federations.map(({ name, approved }): [string, string] => [name.zh, String(approved)])
  return [
    table(rows.map(([label, value]) => [label, String(value)])),
    '',
    `漏斗 funnel: 扫码 scans → 提交 submitted → 新人 new people → 批准 approved: ${steps}`,
    '',
    table([['批准入会，按工会 approved, by federation', ''], ...federations]),
    '',
    violationText(summary),
  ].join('\n')
}

function violationText({ violations, seed }: Summary): string {
  if (violations.length === 0) return `全部核对通过 No violation (seed ${seed})`
  return violations
    .flatMap(({ say, count, places }) => [
      `违反 VIOLATION ${say.zh} ${say.en}: ${count}`,
      ...places.map((place) => `  ${place}`),
      ...(count > places.length ? [`  … ${count - places.length}`] : []),
    ])
    .join('\n')
}

function byRule(violations: readonly Violation[]): Summary['violations'] {
  return (Object.keys(rules) as Rule[]).flatMap((rule) => {
    const places = violations.filter((each) => each.rule === rule).map(({ what }) => what)
    return places.length === 0 ? [] : [{ rule, say: rules[rule], count: places.length, places: places.slice(0, SHOWN) }]
  })
}

function perFederation(approved: Evidence['cases']): Summary['federations'] {
  const counts = new Map<string, { name: Bilingual; approved: number }>()
  for (const { federationId, federationName } of approved) {
    const key = federationId ?? ''
    const name = counts.get(key)?.name ?? federationName ?? { zh: '—', en: '—' }
    counts.set(key, { name, approved: (counts.get(key)?.approved ?? 0) + 1 })
  }
  return [...counts.values()].toSorted((one, other) => other.approved - one.approved)
}

/** The nearest-rank quantile, in ms; 0 when nothing was measured. */
function quantile(sorted: readonly number[], share: number): number {
  return round(sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0)
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
