import { sealContext } from '#libs/contracts'
import type { FieldCipher } from '#libs/privacy'
import type { RecordContent } from '../../services/identities/records/record-content.ts'
import { generateDrivers } from '../linkage/generate-drivers.ts'

/** Registrations of generated drivers, with the number of the person behind each, as the registrations service would seal them. */
export function* generateRegistrations(
  cipher: FieldCipher,
  count: number,
  seed: number,
): Generator<{ content: RecordContent; person: number }> {
  let number = 0
  for (const { cells, person } of generateDrivers(count, seed)) {
    const id = idOf(++number)
    const personal = {
      name: cells.name,
      residentId: cells.resident_id || null,
      mobile: cells.mobile || null,
      plate: cells.plate || null,
      plateColour: cells.plate_colour || null,
      account: cells.platform_driver_id || null,
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
    yield { content: { kind: 'registration', id, version: 1, application }, person }
  }
}

/** Ids that grow with time, as those of real registrations do. */
function idOf(number: number): string {
  const hex = number.toString(16).padStart(12, '0')
  return `019ad5c0-${hex.slice(0, 4)}-7${hex.slice(4, 7)}-8000-${hex.slice(7).padEnd(12, '0')}`
}
