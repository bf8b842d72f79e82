import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { PersonName } from './person-name.ts'

const characters = fc.constantFrom(...'王李张伟娜阿卜杜拉买提𠮷䶮〇㛃')
const parts = fc.array(characters, { minLength: 2, maxLength: 8 }).map((each) => each.join(''))
const names = fc.array(parts, { minLength: 1, maxLength: 4 }).map((each) => each.join('·'))

describe('PersonName', () => {
  test('every dot that stands between the parts becomes U+00B7', () => {
    for (const dot of '·•‧・･.．∙⋅●')
      expect(PersonName.parse(`阿卜杜拉 ${dot} 买买提`).value).toBe('阿卜杜拉\u00B7买买提')
  })

  test('drops white space and invisible characters', () => {
    expect(PersonName.parse(' 王\u3000小\u200B明\uFEFF ').value).toBe('王小明')
  })

  test('one name has one spelling: compatibility characters and radicals become what they stand for', () => {
    expect(PersonName.parse('\uF9E1明').value).toBe('李明')
    expect(PersonName.parse('\u2F42\u2F00').value).toBe('文一')
  })

  test('lengths count characters, not UTF-16 units', () => {
    expect(PersonName.parse('𠮷'.repeat(50)).value).toHaveLength(100)
    expect(() => PersonName.parse('𠮷'.repeat(51))).toThrow(expect.objectContaining({ code: 'name.length' }))
    expect(() => PersonName.parse('𠮷')).toThrow(expect.objectContaining({ code: 'name.length' }))
  })

  test.each([
    ['', 'missing'],
    [' \u200B', 'missing'],
    ['Wang Wei', 'characters'],
    ['王伟1', 'characters'],
    ['王伟😀', 'characters'],
    ['·王伟', 'characters'],
    ['王伟·', 'characters'],
    ['王··伟', 'characters'],
    ['王伟<b>', 'characters'],
  ])('%j has the fault %s', (text, fault) => {
    expect(() => PersonName.parse(text)).toThrow(expect.objectContaining({ code: `name.${fault}` }))
  })

  test.each([
    ['李娜', '李*'],
    ['王小明', '王*明'],
    ['阿卜杜拉·买买提', '阿******提'],
    ['𠮷田𠮷', '𠮷*𠮷'],
  ])('the mask of %s is %s', (name, mask) => {
    expect(`${PersonName.parse(name)}`).toBe(mask)
  })

  test('every name parses and reads the same again', () => {
    fc.assert(
      fc.property(names, (name) => {
        const parsed = PersonName.parse(name)
        expect(parsed.value).toBe(name)
        expect(PersonName.parse(parsed.value).equals(parsed)).toBe(true)
      }),
    )
  })
})
