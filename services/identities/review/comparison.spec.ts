import { describe, expect, it } from '@jest/globals'
import { compareFields, conflictsOf, presentKind } from './comparison.ts'
import type { ReviewRecord } from './record-fields.ts'

const NOTHING = {
  name: null,
  residentId: null,
  mobile: null,
  plate: null,
  residence: null,
  household: null,
  account: null,
}

function record(id: string, said: Partial<ReviewRecord['values']>, group = 'driver'): ReviewRecord {
  const source = { kind: 'driver' as const, platform: null, group, at: '2026-05-04T08:00:00.000Z' }
  const values = { ...NOTHING, ...said }
  return { id, identityId: id, content: {} as never, federationPath: null, exclusive: null, source, values }
}

const step = (comparison: string, level: string, weight: number, kind: 'level' | 'frequency' = 'level') => ({
  kind,
  comparison,
  level,
  weight,
  total: 0,
})

const of = (compared: ReturnType<typeof compareFields>, field: string) => compared.find((each) => each.field === field)!

describe('fields side by side', () => {
  it('name each value once, masked, with everybody who says it, an operator once', () => {
    const lo = [
      record('1', { mobile: '13812345678' }, 'operator:mb'),
      record('2', { mobile: '13812345678' }, 'operator:mb'),
      record('3', { mobile: '13912345678' }),
    ]
    const { lo: said } = of(compareFields(lo, [record('4', {})], { steps: [] }), 'mobile')
    expect(said.map(({ value, independentSources }) => [value, independentSources])).toEqual([
      ['138****5678', 1],
      ['139****5678', 1],
    ])
    expect(said[0]!.sources.map(({ recordId }) => recordId)).toEqual(['1', '2'])
  })

  it('tell what is equal from what only looks alike behind its mask', () => {
    const [lo, hi] = [[record('1', { mobile: '13811115678' })], [record('2', { mobile: '13822225678' })]]
    const apart = of(compareFields(lo, hi, { steps: [] }), 'mobile')
    expect([apart.lo[0]!.value, apart.lo[0]!.onBothSides]).toEqual([apart.hi[0]!.value, false])
    const same = of(compareFields(lo, [...hi, record('3', { mobile: '13811115678' })], { steps: [] }), 'mobile')
    expect([same.lo[0]!.onBothSides, same.hi.map(({ onBothSides }) => onBothSides)]).toEqual([true, [false, true]])
  })

  it('weigh all that the waterfall has of a comparison; null where it has nothing', () => {
    const steps = [step('name', 'equal', 5000), step('name', 'equal', -800, 'frequency'), step('plate', 'equal', 3000)]
    const compared = compareFields([record('1', { name: '王明' })], [record('2', { name: '王明' })], { steps })
    expect(of(compared, 'name').compared).toEqual({
      level: 'equal',
      weight: 4200,
      words: { zh: '姓名：相同', en: 'Name: equal' },
    })
    expect(of(compared, 'mobile').compared).toBeNull()
  })
})

describe('what speaks against one person', () => {
  const compared = (...steps: ReturnType<typeof step>[]) => compareFields([], [], { steps })

  it('is what weighs two bits or more against it', () => {
    const found = conflictsOf('likely', compared(step('name', 'different', -2000), step('plate', 'different', -1999)))
    expect(found.map(({ code }) => code)).toEqual(['name.different'])
  })

  it('names different resident ids once, and first where the strongest pair does not show them', () => {
    const shown = compared(step('resident_id', 'conflict', -9000))
    expect(conflictsOf('id_conflict', shown).map(({ code }) => code)).toEqual(['resident_id.conflict'])
    const hidden = compared(step('name', 'different', -3000))
    const codes = ['resident_id.conflict', 'name.different']
    expect(conflictsOf('id_conflict', hidden).map(({ code }) => code)).toEqual(codes)
  })
})

describe('the kind of a suspicion', () => {
  const ids = (...exclusives: (string | null)[]) => exclusives.map((exclusive) => ({ exclusive }))

  it('is an id conflict while each side has an id that the other lacks, whatever was found before', () => {
    expect(presentKind('likely', ids(null, 'p'), ids('q'))).toBe('id_conflict')
    expect(presentKind('kept_apart', ids('p'), ids('q', 'p'))).toBe('kept_apart')
    expect(presentKind('likely', ids(null), ids('q'))).toBe('likely')
  })

  it('is a likely one once the ids agree or are gone', () => {
    expect(presentKind('id_conflict', ids('p'), ids('p'))).toBe('likely')
    expect(presentKind('id_conflict', ids(null), ids('q'))).toBe('likely')
  })
})
