import { z } from 'zod'
import { COMPARATORS, FIELD_TYPES } from '../fields/vocabulary.ts'
import { problemsOf } from './model-problems.ts'

const milliBits = z.int()
const probability = z.number().gt(0).lte(1)
const keys = <T extends object>(record: T) => Object.keys(record) as [keyof T & string, ...(keyof T & string)[]]

const Field = z.strictObject({
  name: z.string().min(1),
  type: z.enum(keys(FIELD_TYPES)),
  /** Column of the input; several are joined by `|` (see the `full-name` type). Defaults to the field's name. */
  columns: z.array(z.string().min(1)).min(1).optional(),
  /** Column that completes each value: a phone's date, a plate's colour, an account's platform. */
  companion: z.string().min(1).optional(),
  /** Splits a cell into several values. */
  separator: z.string().min(1).optional(),
})

const Level = z.strictObject({
  name: z.string().min(1),
  /** Grades of the comparator, or a bound for its similarity or distance. Absent on the last level: everything else. */
  when: z
    .union([
      z.array(z.string()).min(1),
      z.strictObject({ atLeast: z.number() }),
      z.strictObject({ atMost: z.number() }),
    ])
    .optional(),
  /** P(level | same person) and P(level | different people). */
  m: probability,
  u: probability,
  /**
   * Part of the field whose frequency replaces u, not below `floor`. The frequency is drawn towards u as if `sample` records
   * more had been counted: in a small file a person's own records would make every name look frequent.
   */
  tf: z.strictObject({ part: z.string(), floor: probability, sample: z.int().min(0).default(0) }).optional(),
  /** Training leaves m or u of this level alone: a rule rather than a measurement. */
  fixed: z.boolean().optional(),
})

const Comparison = z.strictObject({
  name: z.string().min(1),
  field: z.string().min(1),
  comparator: z.enum(keys(COMPARATORS)),
  levels: z.array(Level).min(2),
  /** Not scored when one of these comparisons has a level of its own: it would be the same evidence twice. */
  unlessCompared: z.array(z.string()).optional(),
})

const Rule = z.strictObject({
  name: z.string().min(1),
  keys: z.array(z.strictObject({ field: z.string(), part: z.string() })).min(1),
  /** Blocks with more records are dropped and reported. */
  limit: z.int().min(2).default(500),
})

const ModelSchema = z.strictObject({
  format: z.literal('ruhui-linkage/1'),
  name: z.string().min(1),
  /** Grows within a register with every change of m, u, frequencies, hubs or thresholds; a shipped model begins at 1. */
  epoch: z.int().min(0),
  idColumn: z.string().min(1).default('record_id'),
  fields: z.array(Field).min(1),
  comparisons: z.array(Comparison).min(1),
  blocking: z.array(Rule).min(1),
  /** Expected number of matching partners per record: the prior is this over the number of possible partners. */
  prior: z.strictObject({ partnersPerRecord: z.number().gt(0), population: z.int().min(2).optional() }),
  thresholds: z.strictObject({ keep: milliBits, review: milliBits, merge: milliBits }),
  /** Fields whose known-good values (the named part) never differ within one person. */
  exclusive: z.array(z.strictObject({ field: z.string(), part: z.string() })).default([]),
  /**
   * These comparisons and the prior together weigh at most so much, unless a named level of another comparison was reached.
   * Where several apply, the strictest does.
   */
  caps: z
    .array(
      z.strictObject({
        comparisons: z.array(z.string()).min(1),
        atMost: milliBits,
        unless: z.array(z.strictObject({ comparison: z.string(), levels: z.array(z.string()).min(1) })),
      }),
    )
    .default([]),
  /** A value used by more than `people` different `by` values is a hub: no blocking key, and at most `weight`. */
  hubs: z
    .array(
      z.strictObject({
        field: z.string(),
        part: z.string(),
        by: z.strictObject({ field: z.string(), part: z.string() }),
        people: z.int().min(1),
        weight: milliBits,
      }),
    )
    .default([]),
  clustering: z
    .strictObject({ missing: milliBits.max(0), maxComponent: z.int().min(2) })
    .default({ missing: -6000, maxComponent: 2000 }),
  training: z
    .strictObject({
      /** Blocking rules of each EM pass; comparisons of their fields are left out of that pass. */
      passes: z.array(z.array(z.string()).min(1)).min(2),
      randomPairs: z.int().min(1000).default(1_000_000),
      blockedPairs: z.int().min(1000).default(500_000),
      seed: z.int().default(1),
    })
    .optional(),
  /** Counts per `field.part`, frozen with the epoch; without them an offline run counts its own input. */
  frequencies: z
    .strictObject({ population: z.int().min(1), counts: z.record(z.string(), z.record(z.string(), z.int().min(1))) })
    .optional(),
  /** Hub values per `field.part`, frozen with the epoch; without them an offline run finds its own. */
  hubValues: z.record(z.string(), z.array(z.string())).optional(),
})

/** A linkage model as JSON: it scores, trains, explains, and is versioned by `epoch`. Weights are milli-bits. */
export type Model = z.infer<typeof ModelSchema>
/** A model as its author writes it, defaults left out. */
export type ModelInput = z.input<typeof ModelSchema>
export type ModelComparison = Model['comparisons'][number]

/** A model that cannot be used, with every reason. */
export class InvalidModel extends Error {
  override name = 'InvalidModel'

  constructor(readonly problems: readonly string[]) {
    super('The linkage model is invalid:\n' + problems.map((problem) => '- ' + problem).join('\n'))
  }
}

/**
 * Checks a model: its shape, and that every field, part, comparator, grade, rule and level it names exists.
 * @throws InvalidModel with all problems found.
 */
export function parseModel(json: unknown): Model {
  const parsed = ModelSchema.safeParse(json)
  if (!parsed.success) {
    throw new InvalidModel(parsed.error.issues.map((issue) => `${issue.path.join('.') || 'model'}: ${issue.message}`))
  }
  const problems = problemsOf(parsed.data)
  if (problems.length > 0) throw new InvalidModel(problems)
  return parsed.data
}
