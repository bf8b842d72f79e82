import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { InvalidValue } from './invalid-value.ts'
import { checkCharacter, ResidentId } from './resident-id.ts'

const NOW = new Date('2026-06-01T00:00:00Z')
const parse = (text: string) => ResidentId.parse(text, NOW)

const digits = (length: number) => fc.array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length })

const birthDates = fc
  .date({ min: new Date('1930-01-01'), max: new Date('2010-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10))

const ids = fc
  .record({ division: fc.integer({ min: 110000, max: 839999 }), birthDate: birthDates, serial: digits(3) })
  .map(({ division, birthDate, serial }) => `${division}${birthDate.replaceAll('-', '')}${serial.join('')}`)
  .map((body) => body + checkCharacter(body))

describe('ResidentId', () => {
  test('knows the example of GB 11643', () => {
    const id = ResidentId.parse('11010519491231002X')
    expect(id.value).toBe('11010519491231002X')
    expect(id).toMatchObject({
      divisionCode: '110105',
      birthDate: '1949-12-31',
      first14: '11010519491231',
      sex: 'female',
    })
    expect(ResidentId.parse('34052419800101001X').sex).toBe('male')
  })

  test('takes what people and devices write', () => {
    for (const written of [
      '11010519491231002x',
      ' 110105 19491231 002x ',
      '１１０１０５１９４９１２３１００２Ｘ',
      '\u202D11010519491231002X\u202C',
      '110105491231002',
    ])
      expect(parse(written).value).toBe('11010519491231002X')
  })

  test('takes residence permits of Hong Kong, Macau and Taiwan, and codes of abolished divisions', () => {
    for (const division of ['810000', '820000', '830000', '320204']) {
      const body = `${division}19850612331`
      expect(ResidentId.parse(body + checkCharacter(body)).divisionCode).toBe(division)
    }
  })

  test.each([
    ['', 'missing'],
    [' \u3000', 'missing'],
    ['1101051949123100', 'length'],
    ['1101051949123100201', 'length'],
    ['11010519491231O02X', 'characters'],
    ['1101051949123100X2', 'characters'],
    ['11010549123100X', 'characters'],
    ['111111111111111', 'placeholder'],
    ['000000000000000000', 'placeholder'],
    ['110105199002300016', 'birth_date'],
    ['110105199013010016', 'birth_date'],
    ['110105190512310016', 'birth_date'],
    ['110105202606020016', 'birth_date'],
    ['110105194912310021', 'checksum'],
  ])('%j has the fault %s', (text, fault) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ code: `resident_id.${fault}` }))
  })

  test('a leap day is a date in leap years only', () => {
    const born = (date: string) => `110105${date}001${checkCharacter(`110105${date}001`)}`
    expect(ResidentId.parse(born('20000229')).birthDate).toBe('2000-02-29')
    expect(() => parse(born('20010229'))).toThrow(expect.objectContaining({ code: 'resident_id.birth_date' }))
  })

  test('every id with its check character parses, and parsing again changes nothing', () => {
    fc.assert(
      fc.property(ids, (id) => {
        const parsed = parse(id)
        expect(parsed.value).toBe(id)
        expect(parse(parsed.value).equals(parsed)).toBe(true)
      }),
    )
  })

  test('an id of 15 digits is the one of 18 without century and check character', () => {
    fc.assert(
      fc.property(
        ids.filter((id) => id.slice(6, 8) === '19'),
        (id) => {
          expect(parse(id.slice(0, 6) + id.slice(8, 17)).value).toBe(id)
        },
      ),
    )
  })

  test('one wrong character never makes another valid id', () => {
    fc.assert(
      fc.property(ids, fc.nat(17), fc.constantFrom(...'0123456789X'), (id, at, character) => {
        fc.pre(id[at] !== character)
        expect(() => parse(id.slice(0, at) + character + id.slice(at + 1))).toThrow(InvalidValue)
      }),
    )
  })

  test('two neighbours swapped never make another valid id', () => {
    fc.assert(
      fc.property(ids, fc.nat(16), (id, at) => {
        fc.pre(id[at] !== id[at + 1])
        expect(() => parse(`${id.slice(0, at)}${id[at + 1]}${id[at]}${id.slice(at + 2)}`)).toThrow(InvalidValue)
      }),
    )
  })

  test('the mask keeps division and last four only', () => {
    expect(`${ResidentId.parse('11010519491231002X')}`).toBe('110105********002X')
  })
})
