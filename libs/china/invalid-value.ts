import { z } from 'zod'

/** What is wrong with a value: a stable code, and how to mend it. */
export interface Fault {
  readonly code: string
  readonly zh: string
  readonly en: string
}

/** A text that is no resident id, plate, mobile number, name or division. Does not repeat the text. */
export class InvalidValue extends Error {
  override readonly name = 'InvalidValue'
  readonly code: string
  readonly zh: string
  readonly en: string

  constructor({ code, zh, en }: Fault) {
    super(`${code}: ${en}`)
    this.code = code
    this.zh = zh
    this.en = en
  }
}

/**
 * A zod schema for a text that `parse` understands; it yields the canonical text. The issue carries the fault as
 * `params`, so that an API can answer with its code and both texts.
 */
export function canonicalText(parse: (text: string) => { readonly value: string }, missing: Fault) {
  return z
    .string({ error: () => missing.zh })
    .max(200)
    .transform((text, context): string => {
      try {
        if (text.trim() === '') throw new InvalidValue(missing)
        return parse(text).value
      } catch (error) {
        if (!(error instanceof InvalidValue)) throw error
        const { code, zh, en } = error
        context.issues.push({ code: 'custom', message: zh, params: { code, zh, en }, input: text })
        return z.NEVER
      }
    })
}

/** Full-width letters, digits and signs as half-width ones; white space removed. */
export function halfWidth(text: string): string {
  return text.replace(/[！-～]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0)).replace(/\s/gu, '')
}
