import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

export type Chance = ReturnType<typeof chances>

/** Seeded chances; the same seed gives the same sequence. */
export function chances(seed: number) {
  const generator = xoroshiro128plus(seed)
  const below = (bound: number) => uniformInt(generator, 0, bound - 1)
  return {
    below,
    happens: (perThousand: number) => below(1000) < perThousand,
    pick: <T>(items: ArrayLike<T>): T => items[below(items.length)]!,
    /** Small indexes far more often: names and surnames are not uniform. */
    skewed: (items: string): string => items[Math.floor(items.length * (below(1_000_000) / 1_000_000) ** 2.2)]!,
  }
}
