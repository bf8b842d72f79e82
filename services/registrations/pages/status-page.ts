import { html } from 'ghtml'
import type { Bilingual } from '#libs/platform'
import { correctable, type RegistrationStatus, type Status } from '../registration-status.ts'
import { pageFrame } from './page-frame.ts'

const says: Record<Status, { readonly title: Bilingual; readonly next: Bilingual }> = {
  submitted: {
    title: { zh: '已收到您的申请', en: 'We have your application' },
    next: { zh: '正在核对信息，稍后刷新本页可看到进度。', en: 'It is being checked: reload this page later.' },
  },
  in_review: {
    title: { zh: '已收到，工会正在审核', en: 'We have it; your union is looking at it' },
    next: { zh: '最长 15 个工作日内会有结果，无需重复提交。', en: 'The answer comes within 15 working days.' },
  },
  approved: {
    title: { zh: '您已是工会会员', en: 'You are a member' },
    next: { zh: '请保存本页或截图，凭会员号享受工会服务。', en: 'Keep this page: your number opens union services.' },
  },
  returned: {
    title: { zh: '需要您补充或修改', en: 'Something needs mending' },
    next: {
      zh: '按上面的提示改好那一项即可，不用重新申请。',
      en: 'Mend just what is said above; there is no need to apply again.',
    },
  },
  rejected: {
    title: { zh: '这次申请未通过', en: 'This application was declined' },
    next: { zh: '如有疑问，请拨打 12351 工会热线。', en: 'Questions: call 12351.' },
  },
  erased: {
    title: { zh: '您的个人信息已删除', en: 'Your personal data was deleted' },
    next: {
      zh: '这份申请只留下编号，用于统计。需要入会时，请重新扫码登记。',
      en: 'Only the number of this application is left, to be counted. To join, scan the code and apply again.',
    },
  },
}

/** After a correction the driver wants to see that it arrived. */
const mended: Partial<Record<Status, Bilingual>> = {
  submitted: { zh: '已收到您的修改', en: 'We have your correction' },
  in_review: { zh: '已收到您的修改，工会正在审核', en: 'We have your correction; your union is looking at it' },
}

/** What a driver sees after submitting, and at every later look. */
export function statusPage(status: RegistrationStatus, language: keyof Bilingual, receipt: string): string {
  const { next } = says[status.status]
  const title = (status.version > 1 && mended[status.status]) || says[status.status].title
  const { memberNumber, federationName, reason } = status
  const body = html`
<header><h1>${title.zh}<br><small>${title.en}</small></h1></header>
<div class="card">
  <p>受理编号 Reference</p>
  <p class="number">${status.reference}</p>
  !${memberNumber ? html`<p>会员号 Member number</p><p class="number">${memberNumber}</p>` : ''}
  !${federationName ? html`<p>所属工会 Union<br><strong>${federationName[language]}</strong></p>` : ''}
  !${reason ? html`<p class="error">${reason.zh}</p><p><small>${reason.en}</small></p>` : ''}
  <p>${next.zh}<br><small>${next.en}</small></p>
</div>
!${
    correctable.includes(status.status)
      ? html`
<p><strong>请收藏本页</strong>，以后打开就能看进度；不要转发给别人。找不到本页时，拨打 12351 报受理编号。<br>
<small>Keep this page, and keep it to yourself: it shows how far we are. If you lose it, call 12351 with the reference.</small></p>
<p><a class="button" href="/join/receipts/${receipt}/correct">修改信息<br><small>Mend my details</small></a></p>`
      : ''
  }`
  return pageFrame(title.zh, body)
}

/** For a link that leads to no application, cut off on its way most likely: how to find it, without applying twice. */
export function unknownReceiptPage(): string {
  const body = html`
<header><h1>没有找到这份申请<br><small>We can’t find this application</small></h1></header>
<div class="card">
  <p><strong>已经提交过：</strong>不用重新申请。链接可能不完整，请从收藏里重新打开；或拨打 12351，报受理编号（RH 开头）查询。<br>
  <small>If you applied already: do not apply again. The link may be cut off; open it from where you kept it, or call 12351
  with the reference (RH-…).</small></p>
  <p><strong>还没有申请：</strong>请扫描现场海报上的二维码。<br>
  <small>If you have not applied yet: scan the code on the poster.</small></p>
</div>
<p><a class="button" href="tel:12351">拨打 12351<br><small>Call the union hotline</small></a></p>`
  return pageFrame('没有找到这份申请', body)
}
