import { describe, expect, test } from '@jest/globals'
import type { Comparator, FieldType, Value } from './field-type.ts'
import { type ComparatorName, comparatorOf, type FieldTypeName, fieldType } from './vocabulary.ts'

/** Grade of two raw values of one type. */
function gradeOf(name: FieldTypeName & ComparatorName): (a: string, b: string) => string {
  const type: FieldType = fieldType(name)
  const { compare, outcome }: Comparator = comparatorOf(name)
  const read = (raw: string): Value => type.read(type.normalise(raw, ''))
  return (a, b) => (outcome as readonly string[])[compare(read(a), read(b))]!
}

describe('Chinese names', () => {
  const grade = gradeOf('chinese-name')

  test.each([
    ['张伟', '张伟', 'equal'],
    ['張偉', '张伟', 'equal'],
    ['张 伟', '张伟', 'equal'],
    ['买买提·艾力', '买买提•艾力', 'equal'],
    ['买买提·艾力', '买买提艾力', 'equal'],
    ['张伟', '张玮', 'same-sound'],
    ['曾国强', '曾国墙', 'same-sound'],
    ['Zhang Wei', '张伟', 'same-sound'],
    ['单红', '山红', 'same-sound'],
    ['张伟明', '张传明', 'close'],
    ['刘林', '刘宁', 'close'],
    ['王建国', '王国建', 'close'],
    ['王*明', '王小明', 'shown-two'],
    ['王*明', '王**', 'shown-surname'],
    ['王师傅', '王小明', 'shown-surname'],
    ['王*明', '王小红', 'surname'],
    ['王*', '李小红', 'different'],
    ['王小明', '王小红', 'one-character'],
    ['王小明', '王明', 'one-character'],
    ['买买提·艾力', '买买提', 'part'],
    ['王建国', '王志强', 'surname'],
    ['王建国', '李建国', 'different'],
    ['欧阳明', '欧阳志强', 'surname'],
  ])('%s and %s: %s', (a, b, expected) => {
    expect(grade(a, b)).toBe(expected)
  })

  test('a masked name gives no full-name key, and every reading of a polyphonic one does', () => {
    const type = fieldType('chinese-name')
    expect(type.part('pinyin', type.read('王*'))).toEqual([])
    expect(type.part('surname-pinyin', type.read('王*'))).toEqual(['wang'])
    expect(type.part('pinyin', type.read('曾'))).toEqual(['ceng', 'zeng'])
  })
})

describe('resident ids', () => {
  const grade = gradeOf('resident-id')

  test.each([
    ['11010519491231002X', '11010519491231002x', 'equal'],
    ['440524800101001', '440524198001010013', 'equal'],
    ['11010519491231002X', '11010519491231802X', 'one-edit'],
    ['11010519491231002X', '1101**********002X', 'shown'],
    ['1101**********002X', '1101**********0020', 'shown-different'],
    ['11010519491231002X', '440524198001010013', 'conflict'],
    ['11010519491231002X', '110105194912310999', 'same-region-birth'],
    ['11010519491231002X', '220105194912310999', 'same-birth'],
  ])('%s and %s: %s', (a, b, expected) => {
    expect(grade(a, b)).toBe(expected)
  })

  test.each(['111111111111111111', '1****', '', 'none'])('%s says nothing', (raw) => {
    expect(fieldType('resident-id').normalise(raw, '')).toBe('')
  })
})

describe('phones', () => {
  const grade = gradeOf('phone')

  test.each([
    ['13812345678', '+86 138-1234-5678', 'equal'],
    ['13812345678@2018-01-01', '13812345678@2019-01-01', 'equal'],
    ['13812345678@2017-01-01', '13812345678@2024-01-01', 'long-apart'],
    ['13812345678@2017-01-01/2023-01-01', '13812345678@2024-01-01', 'equal'],
    ['13812345678', '13812345687', 'one-edit'],
    ['13812345678', '138****5678', 'shown'],
    ['138****5678', '138****5679', 'different'],
    ['13812345678', '13987654321', 'different'],
  ])('%s and %s: %s', (a, b, expected) => {
    expect(grade(a, b)).toBe(expected)
  })
})

describe('plates', () => {
  const grade = gradeOf('plate')

  test.each([
    ['苏B12345', '苏b·12345', 'equal'],
    ['苏BI2345', '苏B12345', 'equal'],
    ['苏B12345@黄色', '苏B12345@2', 'equal'],
    ['苏B12345@黄', '苏B12345@蓝', 'other-colour'],
    ['苏B8234D', '苏BB234D', 'confused'],
    ['苏B12345', '苏B12346', 'different'],
    ['苏B***45', '苏B12345', 'shown'],
  ])('%s and %s: %s', (a, b, expected) => {
    expect(grade(a, b)).toBe(expected)
  })
})

describe('places', () => {
  const grade = gradeOf('place')

  test.each([
    ['320205', '320205', 'same'],
    ['320205', '320206', 'same-city'],
    ['320205', '320505', 'same-province'],
    ['320205', '330105', 'different'],
    ['江苏省无锡市锡山区', '无锡锡山', 'same'],
    ['江苏省无锡市锡山区', '江苏省无锡市惠山区', 'same-city'],
    ['320205', '无锡锡山', 'unclear'],
  ])('%s and %s: %s', (a, b, expected) => {
    expect(grade(a, b)).toBe(expected)
  })
})
