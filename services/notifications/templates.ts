import type { Bilingual } from '#libs/platform'

/** What drivers are told, by what happened. */
export const templates = {
  'membership-approved': ({ memberNumber, federation }: { memberNumber: string; federation: Bilingual }) => ({
    zh: `您已成为${federation.zh}会员，会员号 ${memberNumber}。`,
    en: `You are a member of ${federation.en}, number ${memberNumber}.`,
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
