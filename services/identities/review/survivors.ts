import { type Field, fields, type ReviewRecord, type Source, sourceKinds } from './record-fields.ts'

/** The value of a field that stands for the person, and why it does. */
export interface Survivor {
  readonly field: Field
  readonly value: string
  readonly recordId: string
  readonly source: Source
  /** `chosen` by an admin, or by the rule: source rank, then recency. */
  readonly by: 'chosen' | 'rule'
}

type Candidate = Pick<ReviewRecord, 'id' | 'source' | 'values'>

/**
 * The surviving value of each field of a person; pure. A choice holds while its record belongs to the person and says
 * something of the field. Else the more trusted source wins (see {@link sourceKinds}), then the later statement, then the
 * higher record id. A value that a platform masked yields to any that it did not.
 *
 * @param choices record id by field
 */
export function survivorsOf(
  records: readonly Candidate[],
  choices: Readonly<Partial<Record<Field, string>>> = {},
): Survivor[] {
  return fields.flatMap((field) => {
    const candidates = records.filter(({ values }) => values[field])
    const chosen = candidates.find(({ id }) => id === choices[field])
    const best = chosen ?? candidates.toSorted((x, y) => order(x, y, field))[0]
    if (!best) return []
    const by = chosen ? ('chosen' as const) : ('rule' as const)
    return [{ field, value: best.values[field]!, recordId: best.id, source: best.source, by }]
  })
}

function order(x: Candidate, y: Candidate, field: Field): number {
  const masked = Number(x.values[field]!.includes('*')) - Number(y.values[field]!.includes('*'))
  const rank = sourceKinds.indexOf(x.source.kind) - sourceKinds.indexOf(y.source.kind)
  return masked || rank || Date.parse(y.source.at) - Date.parse(x.source.at) || (x.id > y.id ? -1 : 1)
}
