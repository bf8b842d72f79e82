/** Somebody or something that counts once, at a site and a moment. */
export interface Counted {
  readonly id: string
  readonly siteId: string | null
  readonly at: Date
}

/** One more (`by` 1) or one less (-1) at a site and a moment. */
export interface CountChange {
  readonly siteId: string | null
  readonly at: Date
  readonly by: 1 | -1
}

/** What brings a count of `before` to a count of `after`; what stayed where it was is passed over. Pure. */
export function changes(before: readonly Counted[], after: readonly Counted[]): CountChange[] {
  const then = new Map(before.map((each) => [each.id, each]))
  const now = new Map(after.map((each) => [each.id, each]))
  const gone = before.filter((each) => !same(each, now.get(each.id)))
  const come = after.filter((each) => !same(each, then.get(each.id)))
  return [
    ...gone.map(({ siteId, at }) => ({ siteId, at, by: -1 as const })),
    ...come.map(({ siteId, at }) => ({ siteId, at, by: 1 as const })),
  ]
}

function same(a: Counted, b: Counted | undefined): boolean {
  return b !== undefined && a.siteId === b.siteId && a.at.getTime() === b.at.getTime()
}
