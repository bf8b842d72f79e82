import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { mayDecide, maySee } from './authority.ts'
import { maskValue } from './masks.ts'

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
})

describe('authority', () => {
  const admin = { role: 'admin', federationId: 'wx' } as const
  const operator = { role: 'operator', federationId: 'wx' } as const
  const [here, below, elsewhere, nowhere] = [['wx'], ['wx-xw', 'wx'], ['sz'], null].map((federationPath) => ({
    federationPath,
  })) as [
    { federationPath: string[] },
    { federationPath: string[] },
    { federationPath: string[] },
    { federationPath: null },
  ]

  it('reaches over what is placed in the federation and below', () => {
    expect(mayDecide(admin, [here, below])).toBe(true)
    expect(mayDecide(admin, [here, elsewhere])).toBe(false)
    expect(mayDecide(operator, [elsewhere])).toBe(false)
  })

  it('over records without a placement follows the placed ones; else it is an operator’s', () => {
    expect(mayDecide(admin, [here, nowhere])).toBe(true)
    expect(mayDecide(admin, [nowhere])).toBe(false)
    expect(mayDecide(operator, [nowhere])).toBe(true)
    expect(maySee(admin, [nowhere])).toBe(false)
    expect(maySee(admin, [elsewhere, below])).toBe(true)
  })
})
