import { randomBytes } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { Receipts, referenceOf } from './receipts.ts'

describe('Receipts', () => {
  const receipts = new Receipts(randomBytes(32))

  it('reads back the registration that it was issued for', () => {
    fc.assert(fc.property(fc.uuid(), (id) => expect(receipts.read(receipts.issue(id))).toBe(id)))
  })

  it('refuses a receipt with any changed character, and one of another key', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.nat({ max: 31 }), (id, at) => {
        const genuine = receipts.issue(id)
        const other = genuine[at] === 'A' ? 'B' : 'A'
        expect(receipts.read(genuine.slice(0, at) + other + genuine.slice(at + 1))).toBeUndefined()
      }),
    )
    const foreign = new Receipts(randomBytes(32)).issue('01a20d5c-f856-724a-879b-34f120ca1cdb')
    expect(receipts.read(foreign)).toBeUndefined()
    expect(receipts.read('')).toBeUndefined()
  })
})

describe('referenceOf', () => {
  it('is short enough to read out', () => {
    expect(referenceOf('01a20d5c-f856-724a-879b-34f120ca1cdb')).toBe('RH-F120C-A1CDB')
  })
})
