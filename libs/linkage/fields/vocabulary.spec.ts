import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  COMPARATORS,
  type ComparatorName,
  comparatorOf,
  FIELD_TYPES,
  type FieldTypeName,
  fieldType,
} from './vocabulary.ts'

/** Texts near what each type reads, so that properties are not only tried on what it rejects. */
const samples: Record<FieldTypeName, readonly string[]> = {
  text: ['Straße 5', '  a  b ', 'x', 'ＡＢＣ'],
  number: ['1,200', '12.5', '-3', 'none'],
  date: ['1990-1-2', '19900201', '1990年12月31日', '1990/13/45', 'soon'],
  'full-name': ['Ann|Smith', 'smith|ann', '|smith', 'anne|smyth', '|'],
  'chinese-name': ['王小明', '王晓明', '王*明', '王**', '欧阳明', '買買提·艾力', 'WANG XIAOMING', '王师傅', '李'],
  'resident-id': [
    '11010519491231002X',
    '11010519491231002x',
    '110105194912310021',
    '1101**********002X',
    '440524800101001',
    '1',
  ],
  phone: ['13812345678', '+86 138-1234-5678', '138****5678', '13812345687@2024-05-01', '138123456780', '0'],
  plate: ['苏B·12345', '苏b12345@黄', '苏BI2345', '苏B8234D', '苏B***45', 'none'],
  place: ['320205', '江苏省无锡市锡山区', '无锡锡山', '32020500', '新吴'],
  account: ['D1@运满满', 'd1', 'D2@货拉拉'],
}

const names = Object.keys(FIELD_TYPES) as FieldTypeName[]

function valuesOf(name: FieldTypeName) {
  const type = fieldType(name)
  return fc
    .oneof(fc.constantFrom(...samples[name]), fc.string())
    .map((raw) => type.normalise(raw, ''))
    .filter((text) => text !== '')
    .map((text) => type.read(text))
}

test.each(names)('a normalised %s stays as it is', (name) => {
  const type = fieldType(name)
  fc.assert(
    fc.property(valuesOf(name), ({ text }) => {
      expect(type.normalise(text, '')).toBe(text)
    }),
  )
})

test.each(Object.keys(COMPARATORS) as ComparatorName[])('%s is symmetric and stays within its outcome', (name) => {
  const { accepts, compare, outcome } = comparatorOf(name)
  for (const type of accepts.length > 0 ? (accepts as FieldTypeName[]) : (['text'] as const)) {
    fc.assert(
      fc.property(valuesOf(type), valuesOf(type), (a, b) => {
        const result = compare(a, b)
        expect(compare(b, a)).toBeCloseTo(result, 10)
        if (typeof outcome !== 'string') expect(outcome[result]).toBeDefined()
      }),
    )
  }
})
