import { isDatabaseOutage } from './database-errors.ts'

export interface GroupCommitLimits {
  /** Items of one group at most. */
  readonly size: number
  /** Groups that are committed at the same time. */
  readonly concurrent: number
}

/**
 * Commits items that arrive at the same time as one group: a transaction costs about the same for one row as for a
 * hundred. Nothing waits for company: while a group is being committed, the next one gathers.
 */
export class GroupCommit<Item, Result> {
  private waiting: Waiting<Item, Result>[] = []
  private committing = 0

  constructor(
    /** Commits a group and returns one result per item, in order. Must be all or nothing. */
    private readonly commit: (items: readonly Item[]) => Promise<readonly Result[]>,
    private readonly limits: GroupCommitLimits = { size: 200, concurrent: 2 },
  ) {}

  /**
   * Resolves once the item is committed. A group that fails is tried item by item, so that none pays for another; but
   * not during an outage of the database, when every try would only make all of them wait.
   */
  submit(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject })
      void this.pump()
    })
  }

  private async pump(): Promise<void> {
    if (this.committing >= this.limits.concurrent || this.waiting.length === 0) return
    const group = this.waiting.splice(0, this.limits.size)
    this.committing += 1
    try {
      await this.settle(group)
    } finally {
      this.committing -= 1
      void this.pump()
    }
  }

  private async settle(group: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.commit(group.map(({ item }) => item))
      group.forEach(({ resolve }, at) => {
        resolve(results[at] as Result)
      })
    } catch (error) {
      if (group.length > 1 && !isDatabaseOutage(error)) for (const single of group) await this.settle([single])
      else for (const { reject } of group) reject(error)
    }
  }
}

interface Waiting<Item, Result> {
  readonly item: Item
  readonly resolve: (result: Result) => void
  readonly reject: (error: unknown) => void
}
