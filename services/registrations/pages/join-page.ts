import { html } from 'ghtml'
import { districtsOfWuxi, platforms } from '#libs/china'
import type { FieldError } from '#libs/platform'
import { consentTexts } from '../consents.ts'
import type { KnownSite } from '../known-codes.ts'
import { errorOf, input, NEEDED, PLATE, select, summary, textOf } from './form-fields.ts'
import { pageFrame } from './page-frame.ts'

interface JoinPage {
  /** The site whose code was scanned; unknown when the driver came without a code, or faster than the news of it. */
  readonly site: KnownSite | undefined
  /** What was typed, by field name. */
  readonly values: Readonly<Record<string, string>>
  readonly errors: readonly FieldError[]
}

/** The join form, with place and union named before any field. */
export function joinPage({ site, values, errors }: JoinPage): string {
  const districts = districtsOfWuxi.map(({ code, name }) => ({ value: code, label: name }))
  const body = html`
<header>
  <h1>货车司机入会<br><small>Join the truck drivers’ union</small></h1>
  <p>${site ? site.name.zh : '无锡市货车司机入会'}</p>
  !${site?.federationName ? html`<p>${site.federationName.zh}<br><small>${site.federationName.en}</small></p>` : ''}
  <p><strong>不收费 · 不要银行卡</strong></p>
</header>
!${errors.length > 0 ? summary(errors) : ''}
<form method="post" action="/join" novalidate>
  <input type="hidden" name="key" value="${values.key}">
  <input type="hidden" name="code" value="${values.code}">
  <input type="hidden" name="scan" value="${values.scan}">
  !${NEEDED.map((field) => input(field, values, errors)).join('')}
  !${select('residence', '常住地（可不填）', 'Where you live', districts, values, '不填，或不在无锡')}
  <details !${values.plate || values.platform || errorOf('plate', errors) ? 'open' : ''}>
    <summary>车牌号、货运平台（可不填）</summary>
    !${input(PLATE, values, errors)}
    !${select(
      'platform',
      '常用货运平台',
      'Freight platform',
      platforms.map(({ code, zh }) => ({ value: code, label: zh })),
      values,
      '不填，或其他平台',
    )}
  </details>
  !${consent('consentJoin', 'join', values, errors)}
  !${consent('consentId', 'resident_id', values, errors)}
  <button>提交入会申请<br><small style="color:#ffe9e4">Submit</small></button>
</form>`
  return pageFrame('货车司机入会', body)
}

function consent(
  name: string,
  purpose: keyof typeof consentTexts,
  values: JoinPage['values'],
  errors: JoinPage['errors'],
): string {
  const error = errorOf(name, errors)
  return html`
!${error ? html`<p class="error" id="${name}-error">${textOf(error)}</p>` : ''}
<label class="check" for="${name}">
  <input type="checkbox" id="${name}" name="${name}" !${values[name] === 'on' ? 'checked' : ''}
    !${error ? html`aria-invalid="true" aria-describedby="${name}-error"` : ''}>
  <span>${consentTexts[purpose].zh}<br><small>${consentTexts[purpose].en}</small></span>
</label>`
}
