import { inspect } from 'node:util'
import { describe, expect, test } from '@jest/globals'
import { z } from 'zod'
import {
  divisionSchema,
  MobileNumber,
  mobileNumberSchema,
  PersonName,
  PlateNumber,
  personNameSchema,
  plateNumberSchema,
  platformSchema,
  ResidentId,
  residentIdSchema,
} from './index.ts'
import { canonicalText } from './invalid-value.ts'

const schemas = {
  resident_id: residentIdSchema(),
  plate: plateNumberSchema(),
  mobile: mobileNumberSchema(),
  name: personNameSchema(),
  division: divisionSchema(),
  platform: platformSchema(),
}

const issueOf = (schema: z.ZodType, input: unknown) => schema.safeParse(input).error?.issues

describe('schemas of the values', () => {
  test('yield canonical texts', () => {
    const driver = z.object({
      id: schemas.resident_id,
      plate: schemas.plate,
      mobile: schemas.mobile,
      name: schemas.name,
    })
    expect(
      driver.parse({ id: ' 11010519491231002x', plate: '苏b·12345', mobile: '+86 138 1234 5678', name: ' 王 伟' }),
    ).toEqual({ id: '11010519491231002X', plate: '苏B12345', mobile: '13812345678', name: '王伟' })
  })

  test('a fault comes with its code and both texts, at its field', () => {
    const result = z.object({ id: schemas.resident_id }).safeParse({ id: '110105194912310021' })
    expect(result.error?.issues).toEqual([
      {
        code: 'custom',
        path: ['id'],
        message: '身份证号码有误，请逐位核对',
        params: {
          code: 'resident_id.checksum',
          zh: '身份证号码有误，请逐位核对',
          en: 'The number contains a mistake: compare it digit by digit',
        },
      },
    ])
  })

  test.each(Object.entries(schemas))('%s tells missing from mistyped', (code, schema) => {
    const codesOf = (input: unknown) => issueOf(schema, input)?.map((issue) => 'params' in issue && issue.params?.code)
    for (const input of [undefined, null, '', ' \u3000']) expect(codesOf(input)).toEqual([`${code}.missing`])
    expect(issueOf(z.object({ field: schema }), {})).toMatchObject([{ path: ['field'] }])
    expect(codesOf(13812345678)).toEqual(['text.type'])
    expect(codesOf('1'.repeat(201))).toEqual(['text.length'])
  })

  test.each(Object.entries(schemas))('%s is a required text in the JSON Schema of the input', (_, schema) => {
    expect(z.toJSONSchema(z.object({ field: schema }), { io: 'input' })).toMatchObject({
      properties: { field: { type: 'string', maxLength: 200 } },
      required: ['field'],
    })
  })
})

test('an error that is no fault of the text is not taken for one', () => {
  const broken = canonicalText(() => {
    throw new RangeError('broken')
  })
  expect(() => broken.safeParse('text')).toThrow(RangeError)
})

describe('personal values', () => {
  test.each([
    [ResidentId.parse('11010519491231002X'), '110105********002X'],
    [PlateNumber.parse('苏B12345'), '苏B***45'],
    [MobileNumber.parse('13812345678'), '138****5678'],
    [PersonName.parse('王小明'), '王*明'],
  ])('show only the mask, however they are written out: %s', (value, mask) => {
    expect(`${value}`).toBe(mask)
    expect(JSON.stringify([value])).toBe(`["${mask}"]`)
    expect(inspect({ value }, { depth: 5 })).toContain(mask)
    expect(inspect({ value }, { depth: 5 })).not.toContain(value.value)
  })
})
