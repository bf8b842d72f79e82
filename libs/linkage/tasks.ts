import { blockRule } from './block-rule.ts'
import { loadPart } from './load-records.ts'
import { mergeColumns } from './merge-tables.ts'
import { scorePairs } from './score-parallel.ts'

/** What worker threads can do, by name. */
export const TASKS = { loadPart, mergeColumns, blockRule, scorePairs }

export type Tasks = typeof TASKS
