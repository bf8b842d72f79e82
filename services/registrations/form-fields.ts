import { html } from 'ghtml'
import type { FieldError } from '#libs/platform'

/** A field of a driver's form. */
export interface Field {
  readonly name: string
  readonly zh: string
  readonly en: string
  readonly hint?: string
  readonly attributes: string
}

/** What every application needs. */
export const NEEDED: readonly Field[] = [
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

export const PLATE: Field = {
  name: 'plate',
  zh: '车牌号',
  en: 'Plate',
  hint: '牵引车车牌，例如 苏B12345',
  attributes: 'autocomplete="off" autocapitalize="characters" maxlength="12"',
}

/** What was typed, by field name. */
export type Values = Readonly<Record<string, string>>

export function input(
  { name, zh, en, hint, attributes }: Field,
  values: Values,
  errors: readonly FieldError[],
): string {
  const error = errorOf(name, errors)
  return html`
<label for="${name}">${zh} <small>${en}</small></label>
!${hint ? html`<p class="hint" id="${name}-hint">${hint}</p>` : ''}
!${error ? html`<p class="error" id="${name}-error">${error.zh}</p>` : ''}
<input id="${name}" name="${name}" value="${values[name]}" !${attributes}
  !${error ? html`class="faulty" aria-invalid="true" aria-describedby="${name}-error"` : ''}>`
}

export function select(
  name: string,
  zh: string,
  en: string,
  options: readonly { value: string; label: string }[],
  values: Values,
  none = '不填 / 其他',
): string {
  return html`
<label for="${name}">${zh} <small>${en}</small></label>
<select id="${name}" name="${name}">
  <option value="">${none}</option>
  !${options
    .map(
      ({ value, label }) =>
        html`<option value="${value}" !${values[name] === value ? 'selected' : ''}>${label}</option>`,
    )
    .join('')}
</select>`
}

/** Everything that is to be mended, each leading to its field. */
export function summary(errors: readonly FieldError[]): string {
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

export function errorOf(name: string, errors: readonly FieldError[]): FieldError | undefined {
  return errors.find((error) => fieldOf(error) === name)
}

/** The form field that a fault of the request belongs to. */
function fieldOf({ pointer }: FieldError): string {
  if (pointer === '/consents/join') return 'consentJoin'
  if (pointer === '/consents/residentId') return 'consentId'
  return pointer.slice(1)
}
