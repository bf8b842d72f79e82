import type { EventDefinition } from './event.ts'

/** This program does not know the event: another one wrote it. It is parked until a newer program replays it. */
export class UnknownEvent extends Error {
  override readonly name = 'UnknownEvent'
}

/**
 * Brings data of a published version of an event kind to the kind's version of today.
 *
 * @throws {UnknownEvent} for a version that is newer than this program, or has no step to the next one
 */
export function upcastTo(
  { type, version, upcast: steps }: Pick<EventDefinition, 'type' | 'version' | 'upcast'>,
  old: { version: number; data: unknown },
): unknown {
  if (old.version > version) throw new UnknownEvent(`${type} version ${old.version} is newer than ${version}`)
  let data = old.data
  for (let from = old.version; from < version; from++) {
    const step = steps[from]
    if (!step) throw new UnknownEvent(`${type} version ${from} can no longer be read`)
    data = step(data)
  }
  return data
}
