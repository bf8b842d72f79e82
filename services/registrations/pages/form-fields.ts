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
  const described = [hint && `${name}-hint`, error && `${name}-error`].filter(Boolean).join(' ')
  return html`
<label for="${name}">${zh} <small>${en}</small></label>
!${hint ? html`<p class="hint" id="${name}-hint">${hint}</p>` : ''}
!${error ? html`<p class="error" id="${name}-error">${error.zh}</p>` : ''}
<input id="${name}" name="${name}" value="${values[name]}" !${attributes}
  !${described ? html`aria-describedby="${described}"` : ''} !${error ? 'class="faulty" aria-invalid="true"' : ''}>`
}

export function select(
  name: string,
  zh: string,
  en: string,
  options: readonly { value: string; label: string }[],
  values: Values,
  none: string,
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

/** The fields of the forms from top to bottom. */
const ORDER = ['name', 'mobile', 'residentId', 'residence', 'plate', 'platform', 'consentJoin', 'consentId']

/** What to do about a box that is not ticked. */
const UNTICKED: Readonly<Record<string, string>> = {
  consentJoin: '请勾选同意：自愿加入工会',
  consentId: '请勾选同意：用身份证号码核实身份',
}

/** Everything that is to be mended, from top to bottom, each leading to its field; first what is wrong as a whole. */
export function summary(errors: readonly FieldError[]): string {
  const whole = errors.filter((error) => fieldOf(error) === '')
  const fields = errors
    .filter((error) => fieldOf(error) !== '')
    .sort((a, b) => ORDER.indexOf(fieldOf(a)) - ORDER.indexOf(fieldOf(b)))
  return html`
<div class="summary" role="alert" tabindex="-1">
  <h2>${fields.length > 0 ? `还有 ${fields.length} 处需要修改` : '还没有提交成功'}</h2>
  !${whole.map(({ zh, en }) => html`<p>${zh}<br><small>${en}</small></p>`).join('')}
  <ul>!${fields.map((error) => html`<li><a href="#${fieldOf(error)}">${textOf(error)}</a></li>`).join('')}</ul>
</div>`
}

/** What a driver reads about a fault. */
export function textOf(error: FieldError): string {
  return UNTICKED[fieldOf(error)] ?? error.zh
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
