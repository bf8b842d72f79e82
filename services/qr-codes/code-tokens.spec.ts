import { randomBytes } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { CodeTokens } from './code-tokens.ts'

describe('CodeTokens', () => {
  const tokens = new CodeTokens(randomBytes(32))

  it('recognises its own tokens, in small letters and with the usual slips of reading out', () => {
    for (let i = 0; i < 200; i++) {
      const token = tokens.issue()
      expect(token).toMatch(/^[0-9A-HJKMNP-TV-Z]{16}$/)
      expect(tokens.recognise(token.toLowerCase())).toBe(token)
      expect(tokens.recognise(token.replaceAll('0', 'O').replaceAll('1', 'l'))).toBe(token)
    }
  })

  it('refuses a token with any changed character, of another key, and anything else', () => {
    fc.assert(
      fc.property(fc.nat({ max: 15 }), (at) => {
        const token = tokens.issue()
        const other = token[at] === '7' ? '8' : '7'
        expect(tokens.recognise(token.slice(0, at) + other + token.slice(at + 1))).toBeUndefined()
      }),
    )
    expect(tokens.recognise(new CodeTokens(randomBytes(32)).issue())).toBeUndefined()
    fc.assert(fc.property(fc.string(), (text) => expect(tokens.recognise(text)).toBeUndefined()))
  })
})
