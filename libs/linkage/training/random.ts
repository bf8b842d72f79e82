import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

/** A seeded source of whole numbers below a bound; the same seed gives the same numbers on every machine. */
export function seededInt(seed: number): (bound: number) => number {
  const generator = xoroshiro128plus(seed)
  return (bound) => uniformInt(generator, 0, bound - 1)
}

/** Fisher–Yates, in place. */
export function shuffle<T extends number[] | Int32Array>(items: T, below: (bound: number) => number): T {
  for (let i = items.length - 1; i > 0; i--) {
    const j = below(i + 1)
    const held = items[i]!
    items[i] = items[j]!
    items[j] = held
  }
  return items
}
