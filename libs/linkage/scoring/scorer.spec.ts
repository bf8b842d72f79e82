import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { freezeKnowledge } from '../knowledge/freeze-knowledge.ts'
import { driversModel } from '../model/drivers-model.ts'
import { parseModel } from '../model/model.ts'
import { waterfallSvg } from '../report/waterfall-svg.ts'
import { tableOf } from '../table/table-builder.ts'
import { compareRows, type Waterfall } from './explain.ts'

const model = parseModel(driversModel)

type Row = Record<string, string>
const compare = (a: Row, b: Row, population?: number) =>
  compareRows(model, { record_id: 'a', ...a }, { record_id: 'b', ...b }, population)
const stepOf = ({ steps }: Waterfall, kind: string) => steps.filter((step) => step.kind === kind)

const zhang = { name: '张建国', resident_id: '11010519491231002X', mobile: '13812345678', plate: '苏B12345' }

test('the steps add up to the total', () => {
  const { steps, total } = compare(zhang, { ...zhang, plate: '苏B12346', residence: '320205' })
  expect(steps.reduce((sum, { weight }) => sum + weight, 0)).toBe(total)
  expect(steps.at(-1)!.total).toBe(total)
})

test('a pair weighs the same either way round', () => {
  const row = fc.record({
    name: fc.constantFrom('张建国', '张建果', '张*国', '李芳', ''),
    resident_id: fc.constantFrom('11010519491231002X', '440524198001010013', '1101**********002X', ''),
    mobile: fc.constantFrom('13812345678', '13812345678;13912345678', '138****5678', ''),
    plate: fc.constantFrom('苏B12345', '苏B1234S', ''),
    residence: fc.constantFrom('320205', '320206', ''),
  })
  fc.assert(fc.property(row, row, (a, b) => compare(a, b).total === compare(b, a).total))
})

describe('couples, relatives and borrowed ids', () => {
  test('phone and truck together do not suffice for two names', () => {
    const couple = compare(zhang, { name: '李芳', mobile: zhang.mobile, plate: zhang.plate })
    expect(couple.verdict).toBe('apart')
    expect(stepOf(couple, 'cap')).toHaveLength(1)
  })

  test("nor for a relative's name, nor a masked roster's frequent surname", () => {
    const shared = { mobile: zhang.mobile, plate: zhang.plate }
    expect(compare(zhang, { name: '张建华', ...shared }).verdict).not.toBe('merge')
    expect(compare(zhang, { name: '张**', ...shared }).verdict).not.toBe('merge')
  })

  test('for the same name they do', () => {
    const same = compare(zhang, { name: '张建国', mobile: zhang.mobile, plate: zhang.plate })
    expect(same.verdict).toBe('merge')
    expect(stepOf(same, 'cap')).toHaveLength(0)
  })

  test('the same person under a mistyped id merges, under another valid id does not', () => {
    expect(compare(zhang, { ...zhang, resident_id: '11010519491231802X' }).verdict).toBe('merge')
    const other = compare({ ...zhang, mobile: '', plate: '' }, { name: '张建国', resident_id: '440524198001010013' })
    expect(other.verdict).toBe('apart')
  })
})

test('household is not scored beside an id, which says it already', () => {
  const compared = (a: Row, b: Row) => stepOf(compare(a, b), 'level').map(({ comparison }) => comparison)
  const home = { household: '110105' }
  expect(compared({ ...zhang, ...home }, { ...zhang, ...home })).not.toContain('household')
  expect(compared({ name: '张建国', ...home }, { ...zhang, ...home })).toContain('household')
})

test('of several phones the best pair counts', () => {
  const one = compare({ mobile: '13812345678' }, { mobile: '13812345678' }).total
  const several = compare({ mobile: '13999999999;13812345678' }, { mobile: '13812345678;13777777777' }).total
  expect(several).toBe(one)
})

test('a larger population makes the same agreement weigh less', () => {
  expect(compare(zhang, zhang, 1_000_000).total).toBeLessThan(compare(zhang, zhang, 10_000).total)
})

describe('what an epoch froze', () => {
  const rows = [
    ...Array.from({ length: 400 }, (_, i) => ({ record_id: `w${i}`, name: '王伟', mobile: `1380000${1000 + i}` })),
    ...Array.from({ length: 9 }, (_, i) => ({
      record_id: `f${i}`,
      name: '赵钱孙李周吴郑冯陈'[i] + '刚',
      mobile: '13900000000',
    })),
  ]
  const frozen = { ...model, ...freezeKnowledge(model, tableOf(model, rows)) }
  const total = (a: Row, b: Row) => compareRows(frozen, { record_id: 'a', ...a }, { record_id: 'b', ...b })

  test('a frequent name weighs less than a rare one', () => {
    expect(frozen.frequencies!.counts['name.value']).toMatchObject({ 王伟: 400 })
    expect(total({ name: '王伟' }, { name: '王伟' }).total).toBeLessThan(
      total({ name: '冼鼎' }, { name: '冼鼎' }).total,
    )
  })

  test('an office phone is a hub and stays weak evidence', () => {
    expect(frozen.hubValues!['mobile.value']).toEqual(['13900000000'])
    const shared = total({ mobile: '13900000000' }, { mobile: '13900000000' })
    expect(stepOf(shared, 'hub')).toHaveLength(1)
    expect(shared.total - stepOf(shared, 'prior')[0]!.weight).toBe(3000)
  })

  test('it can be stored as JSON and gives the same weights', () => {
    const stored = parseModel(JSON.parse(JSON.stringify(frozen)))
    expect(compareRows(stored, { record_id: 'a', ...zhang }, { record_id: 'b', ...zhang })).toEqual(total(zhang, zhang))
  })
})

test('a waterfall is drawn with all its steps, names escaped', () => {
  const waterfall = compareRows(model, { record_id: '<a>', ...zhang }, { record_id: 'b', ...zhang })
  const svg = waterfallSvg(waterfall)
  expect(svg.match(/<rect/g)).toHaveLength(waterfall.steps.length + 1)
  expect(svg).toContain('&#60;a&#62; – b')
  expect(svg).not.toContain('<a>')
})
