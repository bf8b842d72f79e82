import type { Waterfall } from '#libs/linkage'
import type { Bilingual } from '#libs/platform'
import { conflicting, type Suspicion } from '../partition/suspicions.ts'
import { levelInWords } from './level-words.ts'
import { maskValue } from './masks.ts'
import { type Field, fields, independentSources, modelNames, type ReviewRecord } from './record-fields.ts'

/** A level weighs so much against one person, in milli-bits, that it is told as a conflict. */
const CONFLICT = -2000

/** What one side says of a field: each value once, masked, with everybody who says it. */
export interface SaidValue {
  readonly value: string
  /** The other side says exactly the same; two masks may look alike while the values differ. */
  readonly onBothSides: boolean
  readonly independentSources: number
  readonly sources: readonly {
    readonly recordId: string
    readonly kind: string
    readonly platform: string | null
    readonly group: string
    readonly at: string
  }[]
}

/** A field of two people side by side. */
export interface ComparedField {
  readonly field: Field
  readonly lo: readonly SaidValue[]
  readonly hi: readonly SaidValue[]
  /** How the strongest pair compares, and what that weighs; null where one of the two says nothing. */
  readonly compared: { readonly level: string; readonly weight: number; readonly words: Bilingual } | null
}

/** The fields of two people side by side; pure. The weights are those of their strongest pair. */
export function compareFields(
  lo: readonly ReviewRecord[],
  hi: readonly ReviewRecord[],
  { steps }: Pick<Waterfall, 'steps'>,
): ComparedField[] {
  return fields.map((field) => {
    const own = steps.filter(({ comparison }) => comparison === modelNames[field])
    const level = own[0]?.level
    return {
      field,
      lo: saidOf(field, lo, hi),
      hi: saidOf(field, hi, lo),
      compared:
        level === undefined
          ? null
          : {
              level,
              weight: own.reduce((sum, { weight }) => sum + weight, 0),
              words: levelInWords(modelNames[field], level),
            },
    }
  })
}

/**
 * What kind of suspicion two people are by their records as they stand; pure. It may have been found before one of them was
 * corrected.
 *
 * @param found what was found then
 */
export function presentKind(
  found: Suspicion['kind'],
  lo: readonly Pick<ReviewRecord, 'exclusive'>[],
  hi: readonly Pick<ReviewRecord, 'exclusive'>[],
): Suspicion['kind'] {
  const ids = (records: typeof lo) => new Set(records.flatMap(({ exclusive }) => exclusive ?? []))
  if (conflicting(ids(lo), ids(hi))) return 'id_conflict'
  return found === 'id_conflict' ? 'likely' : found
}

/** What speaks against one person, in words; pure. Different valid resident ids come first. */
export function conflictsOf(
  kind: Suspicion['kind'],
  compared: readonly ComparedField[],
): { code: string; zh: string; en: string }[] {
  const found = compared.flatMap(({ field, compared: level }) =>
    level && level.weight <= CONFLICT ? [{ code: `${modelNames[field]}.${level.level}`, ...level.words }] : [],
  )
  const code = 'resident_id.conflict'
  return kind === 'id_conflict' && !found.some((conflict) => conflict.code === code)
    ? [{ code, ...levelInWords('resident_id', 'conflict') }, ...found]
    : found
}

function saidOf(field: Field, own: readonly ReviewRecord[], other: readonly ReviewRecord[]): SaidValue[] {
  const values = new Map<string, ReviewRecord[]>()
  for (const record of own) {
    const value = record.values[field]
    if (value) values.set(value, [...(values.get(value) ?? []), record])
  }
  return [...values].map(([value, records]) => ({
    value: maskValue(field, value),
    onBothSides: other.some(({ values: said }) => said[field] === value),
    independentSources: independentSources(records),
    sources: records.map(({ id, source }) => ({ recordId: id, ...source })),
  }))
}
