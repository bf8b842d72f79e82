import type { DomainEvent } from '#libs/contracts'

/**
 * Splits events into waves of one type each, as few as a simple walk finds, so that handling the waves one after the
 * other keeps the order of every key.
 */
export function inWaves(events: readonly DomainEvent[]): DomainEvent[][] {
  const waves: DomainEvent[][] = []
  let rest = events
  while (rest.length > 0) {
    const type = rest[0]!.type
    const wave: DomainEvent[] = []
    const later: DomainEvent[] = []
    const waiting = new Set<string>()
    for (const event of rest) {
      if (event.type === type && !waiting.has(event.key)) {
        wave.push(event)
      } else {
        waiting.add(event.key)
        later.push(event)
      }
    }
    waves.push(wave)
    rest = later
  }
  return waves
}
