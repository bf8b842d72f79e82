import { type Bilingual, DomainError } from '#libs/platform'

/** The item is not (any more) there to be decided. */
export function itemSettled(): DomainError {
  return new DomainError('conflict', 'review_item_settled', {
    zh: '该疑似重复已处理完毕或依据已变化，请刷新列表',
    en: 'The suspicion was settled or its evidence changed meanwhile: refresh the list',
  })
}

/** There is no such pair of suspected identities. */
export function noSuchItem(): DomainError {
  return new DomainError('not_found', 'no_such_review_item', {
    zh: '没有这个疑似重复事项，可能已处理，请刷新列表',
    en: 'There is no such suspicion, it may be settled: refresh the list',
  })
}

/** No identity ever had this id. */
export function noSuchIdentity(): DomainError {
  return new DomainError('not_found', 'no_such_identity', {
    zh: '没有这个人员编号，请核对',
    en: 'There is no such identity: check the id',
  })
}

/** Somebody else looks at the item, until then. */
export function leasedByAnother(leasedBy: string, until: Date): DomainError {
  return new DomainError(
    'conflict',
    'review_item_leased',
    {
      zh: `${leasedBy}正在处理该事项，请在 ${until.toISOString()} 后再试，或先处理其他事项`,
      en: `${leasedBy} is looking at it until ${until.toISOString()}: take another one, or try again then`,
    },
    { leasedBy, until: until.toISOString() },
  )
}

/** Something stands against it by now; `say` tells what to do next. */
export function conflict(code: string, say: Bilingual, details: Record<string, unknown> = {}): DomainError {
  return new DomainError('conflict', code, say, details)
}
