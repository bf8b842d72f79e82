import { describe, expect, it } from '@jest/globals'
import { z } from 'zod'
import { personNameSchema } from '#libs/china'
import { fieldErrors, InvalidRequest, ValidationPipe } from './validation.ts'

const schema = z.object({
  person: z.object({ name: personNameSchema() }),
  routes: z.array(z.object({ far: z.boolean() })).default([]),
})

const check = (value: unknown, metadata: object) => new ValidationPipe().transform(value, metadata as never)

describe('ValidationPipe', () => {
  it('hands on what the schema makes of the value', async () => {
    const value = { person: { name: '阿卜杜拉•买买提', more: 1 } }
    expect(await check(value, { type: 'body', schema })).toEqual({ person: { name: '阿卜杜拉·买买提' }, routes: [] })
  })

  it('tells each fault by pointer, code and both texts', async () => {
    const value = { person: { name: 'Wang' }, routes: [{ far: true }, { far: 'no' }] }
    const refused = await check(value, { type: 'body', schema }).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(InvalidRequest)
    expect((refused as InvalidRequest).errors).toEqual([
      { pointer: '/person/name', code: 'name.characters', zh: expect.stringMatching(/汉字/), en: expect.any(String) },
      { pointer: '/routes/1/far', code: 'invalid_type', zh: '这一项缺失或格式不正确', en: expect.any(String) },
    ])
  })

  it('lets parameters without a schema pass as they are', async () => {
    expect(await check('17', { type: 'param', metatype: Number })).toBe('17')
  })
})

describe('fieldErrors', () => {
  it('reads issues without a path or a code', () => {
    expect(fieldErrors([{ message: 'odd' }])).toEqual([
      { pointer: '', code: 'invalid', zh: '这一项缺失或格式不正确', en: 'odd' },
    ])
  })

  it('reads path segments that are objects', () => {
    expect(fieldErrors([{ message: 'odd', path: [{ key: 'a' }, 0] }])[0]?.pointer).toBe('/a/0')
  })
})
