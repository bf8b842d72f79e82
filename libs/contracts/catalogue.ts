import * as accounts from './accounts.ts'
import type { EventDefinition } from './event.ts'
import * as federations from './federations.ts'
import * as identities from './identities.ts'
import * as memberships from './memberships.ts'
import * as notifications from './notifications.ts'
import * as qrCodes from './qr-codes.ts'
import * as registrations from './registrations.ts'

/** Every event of the system; a service can publish nothing that is not in here. */
export const catalogue: readonly EventDefinition[] = [
  qrCodes,
  registrations,
  identities,
  federations,
  memberships,
  accounts,
  notifications,
].flatMap((service) => Object.values(service) as EventDefinition[])

const byType = new Map(catalogue.map((definition) => [definition.type, definition]))

/** The definition of an event type. @throws {UnknownEvent} for a type that the catalogue lacks */
export function definitionOf(type: string): EventDefinition {
  const definition = byType.get(type)
  if (!definition) throw new UnknownEvent(`event type ${type} is not in the catalogue`)
  return definition
}

/**
 * Brings the data of an event of any published version to today's form.
 *
 * @throws {UnknownEvent} for an unknown type, or a version that is newer than this program
 */
export function upcast(event: { type: string; version: number; data: unknown }): unknown {
  const { version, upcast: steps } = definitionOf(event.type)
  if (event.version > version) throw new UnknownEvent(`${event.type} version ${event.version} is newer than ${version}`)
  let data = event.data
  for (let from = event.version; from < version; from++) {
    const step = steps[from]
    if (!step) throw new UnknownEvent(`${event.type} version ${from} can no longer be read`)
    data = step(data)
  }
  return data
}

/** This program does not know the event: another one wrote it. It is parked until a newer program replays it. */
export class UnknownEvent extends Error {
  override readonly name = 'UnknownEvent'
}
