import { html } from 'ghtml'
import { districtsOfWuxi, platforms } from '#libs/china'
import type { FieldError } from '#libs/platform'
import { consentTexts } from './consents.ts'
import type { KnownSite } from './known-codes.ts'
import { pageFrame } from './page-frame.ts'

interface JoinPage {
  /** The site whose code was scanned; unknown when the driver came without a code, or faster than the news of it. */
  readonly site: KnownSite | undefined
  /** What was typed, by field name. */
  readonly values: Readonly<Record<string, string>>
  readonly errors: readonly FieldError[]
}

interface Field {
  readonly name: string
  readonly zh: string
  readonly en: string
  readonly hint?: string
  readonly attributes: string
}

const NEEDED: readonly Field[] = [
  { name: 'name', zh: '姓名', en: 'Name', attributes: 'autocomplete="name" maxlength="50" required' },
  {
    name: 'mobile',
    zh: '手机号',
    en: 'Mobile number',
    attributes: 'type="tel" inputmode="tel" autocomplete="tel-national" maxlength="20" required',
  },
  {
    name: 'residentId',
    zh: '身份证号码',
    en: 'Resident id number',
    hint: '18 位，末位可能是 X。加密保存，只用来核实身份。',
    attributes: 'autocomplete="off" autocapitalize="characters" maxlength="24" required',
  },
]

const PLATE: Field = {
  name: 'plate',
  zh: '车牌号',
  en: 'Plate',
  hint: '牵引车车牌，例如 苏B12345',
  attributes: 'autocomplete="off" autocapitalize="characters" maxlength="12"',
}

/** The join form, with place and union named before any field. */
export function joinPage({ site, values, errors }: JoinPage): string {
  const districts = districtsOfWuxi.map(({ code, name }) => ({ value: code, label: name }))
  const body = html`
<header>
  <h1>货车司机入会<br><small>Join the truck drivers’ union</small></h1>
  <p>${site ? site.name.zh : '无锡市货车司机入会'}</p>
  !${site?.federationName ? html`<p>${site.federationName.zh}<br><small>${site.federationName.en}</small></p>` : ''}
</header>
!${errors.length > 0 ? summary(errors) : ''}
<form method="post" action="/join" novalidate>
  <input type="hidden" name="key" value="${values.key}">
  <input type="hidden" name="code" value="${values.code}">
  <input type="hidden" name="scan" value="${values.scan}">
  !${NEEDED.map((field) => input(field, values, errors)).join('')}
  !${select('residence', '常住地', 'Where you live', districts, values)}
  <details !${values.plate || values.platform || errorOf('plate', errors) ? 'open' : ''}>
    <summary>可选：车牌、平台</summary>
    !${input(PLATE, values, errors)}
    !${select(
      'platform',
      '常用货运平台',
      'Freight platform',
      platforms.map(({ code, zh }) => ({ value: code, label: zh })),
      values,
    )}
  </details>
  !${consent('consentJoin', 'join', values, errors)}
  !${consent('consentId', 'resident_id', values, errors)}
  <button>提交入会申请<br><small style="color:#ffe9e4">Submit</small></button>
</form>`
  return pageFrame('货车司机入会', body)
}

function input(
  { name, zh, en, hint, attributes }: Field,
  values: JoinPage['values'],
  errors: JoinPage['errors'],
): string {
  const error = errorOf(name, errors)
  return html`
<label for="${name}">${zh} <small>${en}</small></label>
!${hint ? html`<p class="hint" id="${name}-hint">${hint}</p>` : ''}
!${error ? html`<p class="error" id="${name}-error">${error.zh}</p>` : ''}
<input id="${name}" name="${name}" value="${values[name]}" !${attributes}
  !${error ? html`class="faulty" aria-invalid="true" aria-describedby="${name}-error"` : ''}>`
}

function select(
  name: string,
  zh: string,
  en: string,
  options: readonly { value: string; label: string }[],
  values: JoinPage['values'],
): string {
  return html`
<label for="${name}">${zh} <small>${en}</small></label>
<select id="${name}" name="${name}">
  <option value="">不填 / 其他</option>
  !${options
    .map(
      ({ value, label }) =>
        html`<option value="${value}" !${values[name] === value ? 'selected' : ''}>${label}</option>`,
    )
    .join('')}
</select>`
}

function consent(
  name: string,
  purpose: keyof typeof consentTexts,
  values: JoinPage['values'],
  errors: JoinPage['errors'],
): string {
  const error = errorOf(name, errors)
  return html`
!${error ? html`<p class="error" id="${name}-error">请阅读并勾选同意后再提交</p>` : ''}
<label class="check" for="${name}">
  <input type="checkbox" id="${name}" name="${name}" !${values[name] === 'on' ? 'checked' : ''}>
  <span>${consentTexts[purpose].zh}<br><small>${consentTexts[purpose].en}</small></span>
</label>`
}

function summary(errors: readonly FieldError[]): string {
  return html`
<div class="summary" role="alert" tabindex="-1">
  <h2>还有 ${errors.length} 处需要修改</h2>
  <ul>!${errors
    .map((error) => html`<li><a href="#${fieldOf(error) || 'name'}">!${textOf(error)}</a></li>`)
    .join('')}</ul>
</div>`
}

function textOf(error: FieldError): string {
  return fieldOf(error).startsWith('consent') ? '请勾选同意' : html`${error.zh}`
}

function errorOf(name: string, errors: readonly FieldError[]): FieldError | undefined {
  return errors.find((error) => fieldOf(error) === name)
}

/** The form field that a fault of the request belongs to. */
function fieldOf({ pointer }: FieldError): string {
  if (pointer === '/consents/join') return 'consentJoin'
  if (pointer === '/consents/residentId') return 'consentId'
  return pointer.slice(1)
}
