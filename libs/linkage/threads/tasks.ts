import { blockRule } from '../blocking/block-rule.ts'
import { scoreInThread } from '../scoring/score-in-parallel.ts'
import { loadPart } from '../table/load-records.ts'
import { mergeColumns } from '../table/merge-columns.ts'

/** What worker threads can do, by name. */
export const TASKS = { loadPart, mergeColumns, blockRule, scoreInThread }

export type Tasks = typeof TASKS
