import { z } from 'zod'
import type { Principal } from '#libs/platform'

/** The body of a request that says why something is done or looked at; the reason is kept. */
export const reasoned = z.object({ reason: z.string().trim().min(4).max(500) })
export type Reasoned = z.infer<typeof reasoned>

/** Who decides, why, and when: written down with every decision. */
export interface Signature {
  readonly sender: Principal
  readonly reason: string
  readonly now: Date
}
