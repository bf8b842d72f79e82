import type { Answers } from '#libs/testing'

/** What a driver gets wrong at first, and the fault that the door must name. */
export interface Mistake {
  readonly answers: (right: Answers) => Answers
  readonly consent: boolean
  /** JSON pointer into the request, and the stable code. */
  readonly fault: { readonly pointer: string; readonly code: string }
  /** The field of the form that the fault belongs to. */
  readonly field: string
}

function inField(field: keyof Answers, code: string, answers: Mistake['answers']): Mistake {
  return { answers, consent: true, fault: { pointer: `/${field}`, code }, field }
}

export const mistakes: readonly Mistake[] = [
  inField('residentId', 'resident_id.checksum', (right) => ({ ...right, residentId: otherCheck(right.residentId) })),
  inField('residentId', 'resident_id.length', (right) => ({ ...right, residentId: right.residentId.slice(0, -1) })),
  inField('mobile', 'mobile.format', (right) => ({ ...right, mobile: right.mobile.slice(0, -1) })),
  inField('name', 'name.characters', (right) => ({ ...right, name: 'Wang Wei' })),
  inField('plate', 'plate.trailer', (right) => ({ ...right, plate: '苏B1234挂' })),
  {
    answers: (right) => right,
    consent: false,
    fault: { pointer: '/consents/join', code: 'invalid_value' },
    field: 'consentJoin',
  },
]

function otherCheck(residentId: string): string {
  return residentId.slice(0, -1) + (residentId.endsWith('1') ? '2' : '1')
}
