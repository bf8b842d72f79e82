import { forEachBlock, halvesOf, pairsIn, type RuleKeys, sharedKey } from './rule-keys.ts'

/** A stretch of one rule's sorted keys, whole blocks, small enough to share work evenly. */
export interface BlockTask {
  readonly rule: number
  readonly start: number
  readonly end: number
  /** Pairs in its blocks, including those that another rule also finds. */
  readonly pairs: number
}

const PAIRS_PER_TASK = 100_000

/** Cuts the blocks into tasks of about {@link PAIRS_PER_TASK} pairs. */
export function blockTasks(rules: readonly RuleKeys[]): BlockTask[] {
  const tasks: BlockTask[] = []
  rules.forEach(({ sorted }, rule) => {
    let taskStart = 0
    let pairs = 0
    forEachBlock(halvesOf(sorted), 0, sorted.length, (start, end) => {
      pairs += pairsIn(end - start)
      if (pairs < PAIRS_PER_TASK && end < sorted.length) return
      tasks.push({ rule, start: taskStart, end, pairs })
      taskStart = end
      pairs = 0
    })
  })
  return tasks
}

/** Visits each candidate pair of a task once in the whole run: at its first rule and smallest shared key. */
export function forEachPair(rules: readonly RuleKeys[], task: BlockTask, visit: (a: number, b: number) => void): void {
  const halves = halvesOf(rules[task.rule]!.sorted)
  forEachBlock(halves, task.start, task.end, (start, end) => {
    const key = halves[2 * start + 1]!
    for (let i = start; i < end; i++) {
      for (let j = i + 1; j < end; j++) {
        const a = halves[2 * i]!
        const b = halves[2 * j]!
        if (a !== b && isFirst(rules, task.rule, key, a, b)) visit(a, b)
      }
    }
  })
}

function isFirst(rules: readonly RuleKeys[], rule: number, key: number, a: number, b: number): boolean {
  for (let earlier = 0; earlier < rule; earlier++) if (sharedKey(rules[earlier]!, a, b) !== 0) return false
  return sharedKey(rules[rule]!, a, b) === key
}
