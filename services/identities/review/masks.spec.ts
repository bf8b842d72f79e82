import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { maskedValues, maskValue } from './masks.ts'

describe('masks', () => {
  it.each([
    ['name', '王小明', '王*明'],
    ['mobile', '13812345678', '138****5678'],
    ['plate', '苏B12345', '苏B***45'],
    ['residentId', '320206198001011239x', '3202***********239x'],
    ['account', 'driver-4711', 'dr*******11'],
    ['name', '王**', '王**'],
    ['residence', '320206', '320206'],
    ['mobile', '12', '**'],
  ] as const)('shows %s %s as %s', (field, value, shown) => {
    expect(maskValue(field, value)).toBe(shown)
  })

  it('never show a personal value of which nothing was masked before', () => {
    const value = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => !text.includes('*'))
    fc.assert(
      fc.property(fc.constantFrom('name', 'residentId', 'mobile', 'plate', 'account'), value, (field, text) => {
        expect(maskValue(field, text)).toContain('*')
      }),
    )
  })

  it('cover what a record says, field by field', () => {
    const nothing = { residentId: null, mobile: null, plate: null, residence: null, household: null, account: '' }
    expect(maskedValues({ ...nothing, name: '王小明', residence: '320206' })).toEqual({
      ...nothing,
      account: null,
      name: '王*明',
      residence: '320206',
    })
  })
})
