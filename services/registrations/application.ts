import { PlateNumber } from '#libs/china'
import { type Application, sealContext } from '#libs/contracts'
import type { FieldCipher } from '#libs/privacy'
import type { RegistrationRequest } from './registration-request.ts'

/** What a driver tells of himself; every other part of an application is known to us. */
export type Answers = Omit<RegistrationRequest, 'code' | 'scan' | 'consents'>

/** The part of an application that a correction leaves as it is. */
export type Origin = Pick<Application, 'registrationId' | 'submittedAt' | 'channel' | 'site' | 'codeId'>

/** The places of an application as they are stored; the city of the plate is read from the sealed plate. */
export type StoredPlaces = Pick<Answers, 'household' | 'residence' | 'residenceStreet' | 'routes'>

export function placesOf({ household, residence, residenceStreet, routes }: Answers): StoredPlaces {
  return { household, residence, residenceStreet, routes }
}

/** The application as events carry it, its personal data sealed for this registration alone. */
export function applicationOf(origin: Origin, answers: Answers, cipher: FieldCipher): Application {
  const { name, residentId, mobile, plate, platform } = answers
  return {
    ...origin,
    platform,
    places: { plateCity: plate && PlateNumber.parse(plate).city, ...placesOf(answers) },
    sealed: cipher.seal(
      JSON.stringify({ name, residentId, mobile, plate }),
      sealContext('registration', origin.registrationId),
    ),
  }
}
