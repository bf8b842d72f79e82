import { html } from 'ghtml'
import type { FieldError } from '#libs/platform'

export interface FormField {
  readonly name: string
  readonly zh: string
  readonly en: string
  readonly hint?: string
  /** HTML attributes of the input. */
  readonly attributes: string
}

/** A labelled input with its fault, if there is one. Passwords are never sent back. */
export function formField(
  { name, zh, en, hint, attributes }: FormField,
  values: Readonly<Record<string, string>>,
  errors: readonly FieldError[],
): string {
  const error = errors.find(({ pointer }) => pointer === `/${name}`)
  return html`
<label for="${name}">${zh} <small>${en}</small></label>
!${hint ? html`<p><small>${hint}</small></p>` : ''}
!${error ? html`<p class="error" id="${name}-error">${error.zh}<br><small>${error.en}</small></p>` : ''}
<input id="${name}" name="${name}" value="${name === 'password' ? '' : (values[name] ?? '')}" required !${attributes}
  !${error ? html`aria-invalid="true" aria-describedby="${name}-error"` : ''}>`
}
