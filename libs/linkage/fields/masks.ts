/** What a partly hidden value shows: the characters before the first and after the last mask sign. */
export interface Shown {
  readonly start: string
  readonly end: string
}

/** Splits `138****1234` into what it shows; null when nothing is hidden. */
export function shownOf(text: string): Shown | null {
  const first = text.indexOf('*')
  return first < 0 ? null : { start: text.slice(0, first), end: text.slice(text.lastIndexOf('*') + 1) }
}

/**
 * Characters on which two values, at least one of them masked, are seen to agree; -1 when they are seen to differ.
 * Only the overlap of what both show counts. The number of mask signs says nothing: platforms write `王*` for any
 * length.
 */
export function shownAgreement(a: string, b: string): number {
  const shownA = shownOf(a)
  const shownB = shownOf(b)
  const startA = shownA?.start ?? a
  const startB = shownB?.start ?? b
  const endA = shownA?.end ?? a
  const endB = shownB?.end ?? b
  const start = Math.min(startA.length, startB.length)
  const end = Math.min(endA.length, endB.length)
  if (startA.slice(0, start) !== startB.slice(0, start)) return -1
  if (end > 0 && endA.slice(-end) !== endB.slice(-end)) return -1
  return start + end
}
