import { html } from 'ghtml'
import type { FieldError } from '#libs/platform'
import { type FormField, formField } from './form-field.ts'
import type { Page } from './page-frame.ts'

const FIELDS: readonly FormField[] = [
  {
    name: 'name',
    zh: '登录名',
    en: 'Sign-in name',
    hint: '2 到 64 个汉字、字母或数字，不含空格',
    attributes: 'autocomplete="username" autocapitalize="none" maxlength="64"',
  },
  { name: 'displayName', zh: '姓名', en: 'Your name', attributes: 'autocomplete="name" maxlength="50"' },
  {
    name: 'password',
    zh: '密码',
    en: 'Password',
    hint: '至少 10 个字符，建议用几个词连起来',
    attributes: 'type="password" autocomplete="new-password" maxlength="200"',
  },
]

/** The form of the first admin, with what was typed and what has to be mended. */
export function setupPage(values: Readonly<Record<string, string>>, errors: readonly FieldError[]): Page {
  const body = html`
<h1 class="narrow">首次设置：创建管理员<br><small>First steps: create the admin</small></h1>
<form class="card narrow" method="post" novalidate>
  !${errors.length > 0 ? html`<p class="error" role="alert">还有 ${errors.length} 处需要修改 <small>Please mend what is marked</small></p>` : ''}
  <p>这是无锡市总工会的第一个管理员账号，之后由它开通其他账号。<br>
  <small>The first admin of the Wuxi federation; it makes every other account.</small></p>
  !${FIELDS.map((field) => formField(field, values, errors)).join('')}
  <button class="main">创建并登录 Create and sign in</button>
</form>`
  return { title: '首次设置', body }
}

/** What to do when a link is no longer good. */
export function closedLinkPage(state: 'set_up' | 'expired'): Page {
  const body =
    state === 'set_up'
      ? html`
<h1>管理员已创建，链接已失效<br><small>The admin was created: this link is used</small></h1>
<p>请用管理员账号登录。其他同事的账号由管理员开通。<br>
<small>Sign in with the admin’s account; it makes accounts for others.</small></p>
<p><a href="/console/sign-in">去登录 Sign in</a></p>`
      : html`
<h1>链接已过期或不完整<br><small>This link has expired or is not complete</small></h1>
<p>请核对是否复制完整；链接 24 小时内有效。需要新链接时，请运维人员重新启动系统，启动后会显示新的链接。<br>
<small>Check that all of it was copied: a link is good for 24 hours. For a new one, start the system again: it prints one.</small></p>`
  return { title: '链接已失效', body: html`<div class="card narrow" role="alert">!${body}</div>` }
}
