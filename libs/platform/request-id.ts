import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** The header that carries it, in requests and answers. */
export const REQUEST_ID = 'x-request-id'

/**
 * The id under which a request is found in answers, logs and the events that it causes: the one that a proxy gave it,
 * if that looks like an id, or else a new one.
 */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers[REQUEST_ID]
  return typeof given === 'string' && /^[\w.-]{8,64}$/.test(given) ? given : randomUUID()
}
