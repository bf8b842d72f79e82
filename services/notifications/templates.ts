import type { Bilingual } from '#libs/platform'

/** What drivers are told, by what happened. */
export const templates = {
  'membership-approved': ({ memberNumber, federation }: { memberNumber: string; federation: Bilingual }) => ({
    zh: `您已成为${federation.zh}会员，会员号 ${memberNumber}。`,
    en: `You are a member of ${federation.en}, number ${memberNumber}.`,
  }),
  'member-already': ({ memberNumber, federation }: { memberNumber: string; federation: Bilingual }) => ({
    zh: `您已是${federation.zh}会员，会员号 ${memberNumber}，无需重复入会。`,
    en: `You are a member of ${federation.en} already, number ${memberNumber}: there is no need to join again.`,
  }),
  'number-changed': ({ memberNumber, federation }: { memberNumber: string; federation: Bilingual }) => ({
    zh: `更正：您是${federation.zh}会员，会员号以 ${memberNumber} 为准，此前通知的会员号不再使用。`,
    en: `Correction: you are a member of ${federation.en}; your number is ${memberNumber}, the one told before is not used.`,
  }),
  'review-again': () => ({
    zh: '更正：此前关于会员资格的通知有误，您的申请正在审核，请等待结果，如有疑问请拨打 12351。',
    en: 'Correction: what you were told of a membership was wrong; your application is under review. Questions: call 12351.',
  }),
  'membership-returned': ({ reason }: { reason: Bilingual }) => ({
    zh: `您的入会申请需要修改：${reason.zh}。`,
    en: `Your application needs mending: ${reason.en}.`,
  }),
  'membership-rejected': ({ reason }: { reason: Bilingual }) => ({
    zh: `您的入会申请未通过：${reason.zh}。`,
    en: `Your application was declined: ${reason.en}.`,
  }),
} satisfies Record<string, (facts: never) => Bilingual>

export type Template = keyof typeof templates
