import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { knowledgeOf } from '../knowledge/knowledge.ts'
import { driversModel } from '../model/drivers-model.ts'
import { parseModel } from '../model/model.ts'
import { tableOf } from '../table/table-builder.ts'
import { blockRecords } from './blocking.ts'
import { exclusiveText, keyTexts } from './key-texts.ts'
import { sharedKey } from './rule-keys.ts'

const model = parseModel(driversModel)

const row = fc.record({
  name: fc.constantFrom('曾建国', '王建国', '王*国', 'wang jianguo', ''),
  resident_id: fc.constantFrom('11010519491231002X', '11010519491231802X', '1101**********002X', ''),
  mobile: fc.constantFrom('13812345678', '13812345678;13912345678', '138****5678', ''),
  plate: fc.constantFrom('苏B12345', '苏B·12345;苏B54321', ''),
})

test('two records share a key text exactly where an offline run compares them', () => {
  fc.assert(
    fc.property(row, row, (a, b) => {
      const table = tableOf(model, [
        { ...a, record_id: 'a' },
        { ...b, record_id: 'b' },
      ])
      const { rules } = blockRecords(model, table, knowledgeOf(model, table))
      const texts = [0, 1].map((record) => keyTexts(model, table, record))
      model.blocking.forEach(({ name }, rule) => {
        const [own, others] = texts.map((keys) => keys.filter((key) => key.rule === name).map(({ text }) => text))
        expect(own!.some((text) => others!.includes(text))).toBe(sharedKey(rules[rule]!, 0, 1) !== 0)
      })
    }),
  )
})

test('one wrong digit of an id or a number leaves a key in common', () => {
  const keysOf = (fields: Record<string, string>) =>
    new Set(
      keyTexts(model, tableOf(model, [{ record_id: 'a', name: '王建国', ...fields }]), 0).map(
        ({ rule, text }) => rule + text,
      ),
    )
  const id = '11010519491231002X'
  for (let at = 0; at < 18; at++) {
    const wrong = id.slice(0, at) + (id[at] === '7' ? '8' : '7') + id.slice(at + 1)
    expect([...keysOf({ resident_id: wrong })].some((key) => keysOf({ resident_id: id }).has(key))).toBe(true)
  }
  const mobile = '13812345678'
  for (let at = 0; at < 11; at++) {
    const wrong = mobile.slice(0, at) + (mobile[at] === '7' ? '8' : '7') + mobile.slice(at + 1)
    expect([...keysOf({ mobile: wrong })].some((key) => keysOf({ mobile }).has(key))).toBe(true)
  }
})

test('the exclusive text is a valid id, nothing less', () => {
  const exclusiveOf = (resident_id: string) =>
    exclusiveText(model, tableOf(model, [{ record_id: 'a', resident_id }]), 0)
  expect(exclusiveOf('11010519491231002x')).toBe('11010519491231002X')
  expect(exclusiveOf('11010519491231802X')).toBeUndefined()
  expect(exclusiveOf('1101**********002X')).toBeUndefined()
})
