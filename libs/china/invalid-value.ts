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

/** Longer than any of these texts, however it is spaced out; what comes from outside is not searched beyond. */
const LONGEST_INPUT = 200

const faults = {
  type: { code: 'text.type', zh: '这一项应为文字', en: 'This must be a text' },
  length: {
    code: 'text.length',
    zh: '内容过长，请核对后重新填写',
    en: 'This is too long: check it and enter it again',
  },
} satisfies Record<string, Fault>

/**
 * A zod schema for a text that `parse` understands; it yields the canonical text, and is a string in the JSON Schema of
 * its input. A missing value counts as an empty one. The issue has the Chinese text as its message and the whole fault
 * `{code, zh, en}` as `params`, so that an API can answer per field with the code and both texts.
 */
export function canonicalText(parse: (text: string) => { readonly value: string }) {
  // Not z.string(): the issues that it makes itself carry no params.
  return z
    .unknown()
    .meta({ type: 'string', maxLength: LONGEST_INPUT })
    .transform((input, context): string => {
      try {
        return parse(textIn(input)).value
      } catch (error) {
        if (!(error instanceof InvalidValue)) throw error
        const { code, zh, en } = error
        context.issues.push({ code: 'custom', message: zh, params: { code, zh, en }, input })
        return z.NEVER
      }
    })
}

function textIn(input: unknown): string {
  const text = input ?? ''
  if (typeof text !== 'string') throw new InvalidValue(faults.type)
  if (text.length > LONGEST_INPUT) throw new InvalidValue(faults.length)
  return text
}

/**
 * Full-width letters, digits and signs as half-width ones, without white space and the invisible marks that phones put
 * around what is copied from their contacts.
 */
export function halfWidth(text: string): string {
  return text.replace(/[！-～]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0)).replace(INVISIBLE, '')
}

/** White space and format characters: U+200B, U+202A, U+FEFF and their like. */
export const INVISIBLE = /[\s\p{Cf}]/gu

/** Dots that people and keyboards put between the parts of a name or plate; NFKC does not join them. */
export const DOTS = /[·•‧・･.．∙⋅●]/gu
