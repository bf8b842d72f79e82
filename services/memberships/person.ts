import { MobileNumber, PersonName, ResidentId } from '#libs/china'

/** The personal data that a registration seals. */
export interface Person {
  readonly name: string
  readonly mobile: string
  readonly residentId: string | null
  readonly plate: string | null
}

/** The person as lists show them: enough to talk about, not enough to misuse. */
export function maskPerson({ name, mobile, residentId }: Person) {
  return {
    name: PersonName.parse(name).toString(),
    mobile: MobileNumber.parse(mobile).toString(),
    residentId: residentId && ResidentId.parse(residentId).toString(),
  }
}

/** What lists show in the place of data that was erased. */
export const ERASED = { name: '已删除', mobile: '已删除', residentId: '已删除' } as const
