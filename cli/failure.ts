import type { Bilingual } from '#libs/platform'

/** What the exit code of `ruhui` tells; part of its interface. */
export const exitCodes = {
  ok: 0,
  /** The work was done, and something is wrong: a violation, or an action that failed. */
  failed: 1,
  /** The command line makes no sense. */
  usage: 2,
  /** The system can't be reached, or does not let us in. */
  unreachable: 3,
  /** A file that was named can't be used: missing, unreadable, or without what it must hold. */
  input: 4,
  /** A linkage model that was named can't be used. */
  model: 5,
} as const

/** Ends a command with a message for people and an exit code, without a stack. */
export class Failure extends Error {
  override readonly name = 'Failure'

  constructor(
    readonly kind: Exclude<keyof typeof exitCodes, 'ok'>,
    readonly say: Bilingual,
  ) {
    super(`${say.zh}\n${say.en}`)
  }
}
