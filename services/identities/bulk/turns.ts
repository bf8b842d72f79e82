import { setImmediate as nextTurn } from 'node:timers/promises'

/** How long others wait for their turn, in ms: their leases last some seconds, and requests wait for them too. */
const SLICE_MS = 20
const STEPS_BETWEEN_LOOKS = 500

/** Cuts long work into slices, between which others get their turn: `if (turns.due()) await turns.give()`. */
export class Turns {
  private steps = 0
  private began = performance.now()

  /** True when this slice has lasted some 20 ms. Costs next to nothing: it may be asked at every step. */
  due(): boolean {
    this.steps += 1
    return this.steps % STEPS_BETWEEN_LOOKS === 0 && performance.now() - this.began >= SLICE_MS
  }

  async give(): Promise<void> {
    await nextTurn()
    this.began = performance.now()
  }
}
