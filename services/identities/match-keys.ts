import { Injectable } from '@nestjs/common'
import { BlindIndex, FieldCipher } from '#libs/privacy'
import type { MatchKeys } from './resolve.ts'

interface Person {
  readonly name: string
  readonly mobile: string
  readonly residentId: string | null
}

/** Makes the blind keys of a registration: the one place here that opens personal data. */
@Injectable()
export class MatchKeyMaker {
  constructor(
    private readonly cipher: FieldCipher,
    private readonly blind: BlindIndex,
  ) {}

  of({ registrationId, sealed }: { registrationId: string; sealed: string }): MatchKeys {
    const { name, mobile, residentId }: Person = JSON.parse(this.cipher.open(sealed, `registration:${registrationId}`))
    return {
      residentId: residentId && this.blind.of('resident-id', residentId).toString('hex'),
      nameMobile: this.blind.of('name-mobile', `${name} ${mobile}`).toString('hex'),
    }
  }
}
