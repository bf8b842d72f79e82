import { expect, test } from '@jest/globals'
import { z } from 'zod'
import { breakingChanges } from './corpus.ts'
import { jsonSchemaOf } from './json-schema.ts'

const place = z.object({ city: z.string(), street: z.string().nullable() })
const published = z.object({ id: z.uuid(), kind: z.enum(['a', 'b']), place, codes: z.array(z.string()) })
const changes = (data: z.ZodObject) => breakingChanges(jsonSchemaOf({ data: published }), jsonSchemaOf({ data }))

test('new optional fields are allowed, at every depth', () => {
  expect(changes(published)).toEqual([])
  const deeper = place.extend({ house: z.string().optional() })
  expect(changes(published.extend({ note: z.string().nullish(), place: deeper }))).toEqual([])
})

test('the order of fields means nothing', () => {
  const { id, kind, place, codes } = published.shape
  expect(changes(z.object({ codes, place, kind, id }))).toEqual([])
})

test.each([
  ['a field that is gone', published.omit({ kind: true }), 'data.kind'],
  ['a new required field', published.extend({ note: z.string() }), 'data required'],
  ['a field that became optional', published.partial({ kind: true }), 'data required'],
  ['another type', published.extend({ id: z.int() }), 'data.id type'],
  ['a longer list of values', published.extend({ kind: z.enum(['a', 'b', 'c']) }), 'data.kind enum'],
  ['a field that may be null now', published.extend({ id: z.uuid().nullable() }), 'data.id anyOf'],
  ['a stricter list', published.extend({ codes: z.array(z.string()).min(1) }), 'data.codes minItems'],
  ['a change inside', published.extend({ place: place.omit({ city: true }) }), 'data.place.city'],
])('%s breaks readers', (_, data, where) => {
  expect(changes(data).join('\n')).toContain(`${where}: `)
})
