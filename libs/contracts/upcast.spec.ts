import { describe, expect, test } from '@jest/globals'
import { upcast } from './catalogue.ts'
import { UnknownEvent, upcastTo } from './upcast.ts'

type V1 = { name: string }
type V2 = { zh: string }

/** Version 2 renamed a field, version 3 made it an object. */
const renamed = {
  type: 'fixture.renamed',
  version: 3,
  upcast: {
    1: (old: unknown) => ({ zh: (old as V1).name }),
    2: (old: unknown) => ({ name: { zh: (old as V2).zh, en: '' } }),
  },
}

describe('upcasting', () => {
  test('takes data of every version to today, step by step', () => {
    const today = { name: { zh: '锡山', en: '' } }
    expect(upcastTo(renamed, { version: 1, data: { name: '锡山' } })).toEqual(today)
    expect(upcastTo(renamed, { version: 2, data: { zh: '锡山' } })).toEqual(today)
    expect(upcastTo(renamed, { version: 3, data: today })).toBe(today)
  })

  test('refuses a version that is newer than the program', () => {
    expect(() => upcastTo(renamed, { version: 4, data: {} })).toThrow(UnknownEvent)
  })

  test('refuses a version without a step', () => {
    expect(() => upcastTo({ ...renamed, upcast: {} }, { version: 1, data: {} })).toThrow('can no longer be read')
  })

  test('refuses a type that the catalogue lacks', () => {
    expect(() => upcast({ type: 'fixture.renamed', version: 1, data: {} })).toThrow(UnknownEvent)
  })
})
