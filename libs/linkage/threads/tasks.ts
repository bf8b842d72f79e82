import { blockRule } from '../blocking/block-rule.ts'
import { scoreInThread } from '../scoring/score-in-parallel.ts'
import { loadPart } from '../table/load-records.ts'
import { mergeColumns } from '../table/merge-columns.ts'
import { trainEpoch } from '../training/next-epoch.ts'

/** What worker threads can do, by name. */
export const TASKS = { loadPart, mergeColumns, blockRule, scoreInThread, trainEpoch }

export type Tasks = typeof TASKS
