import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type PlateColour, PlateNumber } from './plate-number.ts'

const serials = fc
  .array(fc.constantFrom(...'ABCDEFGHJKLMNPQRSTUVWXYZ0123456789'), { minLength: 5, maxLength: 5 })
  .map((characters) => characters.join(''))

describe('PlateNumber', () => {
  test.each([
    ['苏B12345', 'normal', undefined],
    ['苏BA1234', 'normal', undefined],
    ['苏B1234D', 'normal', undefined],
    ['苏BD12345', 'new-energy-small', 94],
    ['苏BFA1234', 'new-energy-small', 94],
    ['苏B12345D', 'new-energy-large', 93],
  ])('%s is of the form %s and has the colour %s', (text, form, colour) => {
    const plate = PlateNumber.parse(text)
    expect(plate.value).toBe(text)
    expect(plate.form).toBe(form)
    expect(plate.colour).toBe(colour)
  })

  test('takes what people write', () => {
    for (const written of [
      '苏b12345',
      '苏B·12345',
      ' 苏B 123 45',
      '苏Ｂ１２３４５',
      '苏B•12345',
      '苏B-12345',
      '苏B\u201412345',
    ])
      expect(PlateNumber.parse(written).value).toBe('苏B12345')
  })

  test.each([
    ['', 'missing'],
    [' · ', 'missing'],
    ['苏B1234挂', 'trailer'],
    ['苏B1234O', 'format'],
    ['苏I12345', 'format'],
    ['X B12345', 'format'],
    ['苏B1234', 'format'],
    ['苏B123456', 'format'],
    ['苏BL12345', 'format'],
    ['苏B12345L', 'format'],
    ['苏BAB1234X', 'format'],
  ])('%j has the fault %s', (text, fault) => {
    expect(() => PlateNumber.parse(text)).toThrow(expect.objectContaining({ code: `plate.${fault}` }))
  })

  test('a trailer is told to give its tractor', () => {
    expect(() => PlateNumber.parse('苏B1234挂')).toThrow(
      expect.objectContaining({
        zh: expect.stringContaining('牵引车'),
        en: expect.stringContaining('tractor'),
      }),
    )
  })

  test('number and colour together are the vehicle', () => {
    const yellow = PlateNumber.parse('苏B12345', 2)
    expect(yellow.key).toBe('苏B12345_2')
    expect(yellow.equals(PlateNumber.parse('苏b 12345', 2))).toBe(true)
    expect(yellow.equals(PlateNumber.parse('苏B12345', 1))).toBe(false)
    expect(yellow.equals(PlateNumber.parse('苏B12345'))).toBe(false)
    expect(PlateNumber.parse('苏B12345').key).toBe('苏B12345_')
    expect(PlateNumber.parse('苏BD12345', 94).equals(PlateNumber.parse('苏BD12345'))).toBe(true)
  })

  test.each<[string, PlateColour]>([
    ['苏BD12345', 2],
    ['苏B12345D', 94],
    ['苏B12345', 93],
    ['苏B12345', 94],
  ])('%s can not have the colour %s', (text, colour) => {
    expect(() => PlateNumber.parse(text, colour)).toThrow(expect.objectContaining({ code: 'plate.colour' }))
  })

  test('the letters tell province and city, in Jiangsu with its code', () => {
    const plate = PlateNumber.parse('苏B12345')
    expect([plate.province, plate.city, plate.cityDivision]).toEqual(['苏', '苏B', '320200'])
    expect(['苏E', '苏U'].map((city) => PlateNumber.parse(`${city}12345`).cityDivision)).toEqual(['320500', '320500'])
    expect(PlateNumber.parse('皖A12345').cityDivision).toBeUndefined()
  })

  test('any serial without I and O is a plate, reads the same again, and its mask hides all but city and last two', () => {
    fc.assert(
      fc.property(serials, fc.constantFrom('苏B', '皖L', '粤Z'), (serial, city) => {
        const plate = PlateNumber.parse(city + serial)
        expect(PlateNumber.parse(plate.value).equals(plate)).toBe(true)
        expect(`${plate}`).toBe(`${city}***${serial.slice(3)}`)
      }),
    )
  })
})
