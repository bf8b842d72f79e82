/** Text for people: Chinese first, English second. */
export interface Bilingual {
  readonly zh: string
  readonly en: string
}

/** What went wrong, as far as the door is concerned; the HTTP status follows from it, at the edge. */
export type ErrorKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'gone'
  | 'unprocessable'
  | 'too_many'
  | 'unavailable'

/**
 * An outcome that the caller can do something about. `code` is stable and part of the API; `say` tells the person what
 * happened and what to do next; `details` go along on the wire and hold no personal data.
 */
export class DomainError extends Error {
  override readonly name = 'DomainError'

  constructor(
    readonly kind: ErrorKind,
    readonly code: string,
    readonly say: Bilingual,
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(`${code}: ${say.en}`)
  }
}
