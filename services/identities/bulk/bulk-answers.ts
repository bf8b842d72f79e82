import { z } from 'zod'
import { bilingualSchema } from '#libs/platform'
import { fields } from '../review/record-fields.ts'
import { waterfall } from '../review/review-answers.ts'
import { jobKinds, jobStates } from './bulk-jobs.ts'
import { agreements } from './epoch-training.ts'

const instant = z.iso.datetime({ offset: true })

const numbers = z.object({
  records: z.int(),
  peopleBefore: z.int().describe('People with at least one record, leads included'),
  peopleAfter: z.int(),
  merges: z.int().describe('People who turned out to be another one'),
  splits: z.int().describe('Times that records of one person went to another'),
  moved: z.int().describe('Records that are another person’s'),
  newReviewItems: z.int(),
  settledReviewItems: z.int(),
})

/** What a rebuild or an activation changed; what a training would change has the numbers only. */
const result = numbers.extend({
  edges: z.object({ added: z.int(), changed: z.int(), removed: z.int() }).optional(),
  arrivedMeanwhile: z.int().optional().describe('Records that came, were corrected or erased while it was under way'),
  basis: z.string().optional().describe('Digest of all records, their versions, and the decisions in force'),
  outcome: z.string().optional().describe('Digest of who is who'),
  drafted: numbers.nullable().optional().describe('What the draft had said'),
  agreement: z
    .enum(agreements)
    .optional()
    .describe('`unexplained`: another outcome than the draft’s from the same records and decisions; tell the makers'),
})

export const jobAnswer = z.object({
  jobId: z.uuid(),
  kind: z.enum(jobKinds),
  state: z.enum(jobStates),
  epoch: z.int().nullable(),
  stage: z.string(),
  share: z.number().describe('How far the stage is, 0 … 1'),
  result: result.nullable(),
  error: bilingualSchema.nullable().describe('Why it failed, and what to do'),
  startedBy: z.string(),
  startedAt: instant,
  finishedAt: instant.nullable(),
})

export const epochsAnswer = z.object({
  epochs: z.array(
    z.object({
      epoch: z.int(),
      state: z.enum(['active', 'retired', 'draft', 'approved', 'discarded']),
      draftedBy: z.string().nullable(),
      draftedAt: instant.nullable(),
      diff: numbers.nullable().describe('What the draft would have changed when it was made'),
      decidedBy: z.string().nullable(),
      activatedAt: instant.nullable(),
      reason: z.string().nullable(),
      modelKept: z
        .boolean()
        .describe('Without its model an epoch can’t come in force again: only the previous one can'),
    }),
  ),
  job: jobAnswer.nullable().describe('The training or activation that was started last'),
})

export const draftAnswer = z.object({
  epoch: z.int(),
  diff: numbers,
  samples: z.array(
    z.object({
      kind: z.enum(['merge', 'split']),
      records: z.array(
        z.object({ recordId: z.uuid(), values: z.record(z.enum(fields), z.string().nullable()).describe('Masked') }),
      ),
      inForce: waterfall,
      drafted: waterfall,
    }),
  ),
})
