import { html } from 'ghtml'
import { districtsOfWuxi } from '#libs/china'
import type { FieldError } from '#libs/platform'
import { input, NEEDED, PLATE, select, summary, type Values } from '../pages/form-fields.ts'
import { pageFrame } from '../pages/page-frame.ts'
import type { RegistrationStatus } from '../registration-status.ts'

interface CorrectionPage {
  readonly receipt: string
  readonly status: RegistrationStatus
  readonly values: Values
  readonly errors: readonly FieldError[]
}

/** The form in which a driver mends single fields; it never shows what is stored, since a receipt may be seen by others. */
export function correctionPage({ receipt, status, values, errors }: CorrectionPage): string {
  const districts = districtsOfWuxi.map(({ code, name }) => ({ value: code, label: name }))
  const { reason, version, reference } = status
  const body = html`
<header><h1>修改入会信息<br><small>Mend my details</small></h1><p>${reference}</p></header>
!${errors.length > 0 ? summary(errors) : ''}
!${reason ? html`<p class="error">${reason.zh}</p><p><small>${reason.en}</small></p>` : ''}
<p>只填要改的那一项，其他留空就不变。<br><small>Fill in only what changes; what is left empty stays.</small></p>
<form method="post" action="/join/receipts/${receipt}/correct" novalidate>
  <input type="hidden" name="version" value="${version}">
  !${[...NEEDED, PLATE].map((field) => input(field, values, errors)).join('')}
  !${select('residence', '常住地', 'Where you live', districts, values, '不改')}
  <button>提交修改<br><small style="color:#ffe9e4">Send the correction</small></button>
</form>
<p><a class="button" href="/join/receipts/${receipt}">不改了，返回<br><small>Back</small></a></p>`
  return pageFrame('修改入会信息', body)
}
