import type { Bilingual } from '#libs/platform'

/** Why an application goes back to the driver, and what the driver reads. */
export const returnReasons = {
  name_differs: { zh: '姓名与证件不一致，请核对姓名后重新提交', en: 'The name differs from the document: check it' },
  id_unclear: { zh: '证件号码需要核实，请核对后重新提交', en: 'The document number needs checking' },
  phone_unreachable: {
    zh: '电话联系不上您，请换一个常用手机号后重新提交',
    en: 'We could not reach you: give another phone',
  },
  not_a_driver: {
    zh: '请补充车牌或所在平台，以便确认您是货车司机',
    en: 'Add a plate or a platform that shows you drive',
  },
} as const satisfies Record<string, Bilingual>

/** Why an application was declined. */
export const rejectReasons = {
  not_eligible: { zh: '不符合入会条件，如有疑问请拨打 12351', en: 'Not eligible; questions: call 12351' },
  not_voluntary: { zh: '本人表示不愿入会', en: 'The person does not want to join' },
  duplicate: { zh: '与已有申请重复', en: 'Repeats another application' },
} as const satisfies Record<string, Bilingual>

export type ReturnReason = keyof typeof returnReasons
export type RejectReason = keyof typeof rejectReasons
