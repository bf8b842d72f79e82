import { sealContext } from '#libs/contracts'
import type { FieldCipher } from '#libs/privacy'
import type { RecordContent } from '../../services/identities/records/record-content.ts'
import { type DriverRecord, generateDrivers } from '../linkage/generate-drivers.ts'

/** Streams of drivers that take turns. */
const STREAMS = 1_000

/**
 * Registrations of generated drivers, as the registrations service would seal them. Those of one driver, couple or fleet come
 * a thousand registrations apart, since nobody registers twice within a moment.
 */
export function* generateRegistrations(cipher: FieldCipher, count: number, seed: number): Generator<RecordContent> {
  const streams = Array.from({ length: STREAMS }, (_, at) =>
    generateDrivers(Math.ceil(count / STREAMS), seed * STREAMS + at),
  )
  for (let number = 1; number <= count; number++) {
    const stream = number % STREAMS
    const { cells } = streams[stream]!.next().value as DriverRecord
    const id = idOf(number)
    const personal = {
      name: cells.name,
      residentId: cells.resident_id || null,
      mobile: cells.mobile || null,
      plate: cells.plate || null,
      plateColour: cells.plate_colour || null,
      account: cells.platform_driver_id ? `${stream}-${cells.platform_driver_id}` : null,
    }
    const division = (text: string) => (/^\d{6}$/.test(text) ? text : null)
    const application = {
      registrationId: id,
      submittedAt: `${cells.registered_on || '2026-05-01'}T08:00:00.000Z`,
      channel: 'poster' as const,
      platform: cells.platform || null,
      site: null,
      codeId: null,
      places: {
        plateCity: null,
        household: division(cells.household),
        residence: division(cells.residence),
        residenceStreet: null,
        routes: [],
      },
      sealed: cipher.seal(JSON.stringify(personal), sealContext('registration', id)),
    }
    yield { kind: 'registration', id, version: 1, application }
  }
}

/** Ids that grow with time, as those of real registrations do. */
function idOf(number: number): string {
  const hex = number.toString(16).padStart(12, '0')
  return `019ad5c0-${hex.slice(0, 4)}-7${hex.slice(4, 7)}-8000-${hex.slice(7).padEnd(12, '0')}`
}
