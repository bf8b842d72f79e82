import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { type Field, fields, type Source, sourceKinds } from './record-fields.ts'
import { survivorsOf } from './survivors.ts'

const NOTHING = Object.fromEntries(fields.map((field) => [field, null])) as Record<Field, string | null>

function record(id: string, kind: Source['kind'], at: string, said: Partial<Record<Field, string>>) {
  return { id, source: { kind, platform: null, group: kind, at }, values: { ...NOTHING, ...said } }
}

const records = fc.uniqueArray(
  fc.record({
    id: fc.uuid(),
    source: fc.record({
      kind: fc.constantFrom(...sourceKinds),
      platform: fc.constant(null),
      group: fc.constant('g'),
      at: fc.constantFrom('2026-01-01T00:00:00.000Z', '2026-01-01T08:00:01+08:00', '2026-03-01T00:00:00.000Z'),
    }),
    values: fc.record(
      Object.fromEntries(fields.map((field) => [field, fc.constantFrom(null, '王明', '王*', '李强')])) as Record<
        Field,
        fc.Arbitrary<string | null>
      >,
    ),
  }),
  { selector: ({ id }) => id, minLength: 1, maxLength: 8 },
)

describe('surviving values', () => {
  it('come from the most trusted source, then the latest statement', () => {
    const survivors = survivorsOf([
      record('1', 'lead', '2026-05-05T00:00:00Z', { plate: '苏B00001', mobile: '13800000001' }),
      record('2', 'platform', '2026-05-04T00:00:00Z', { plate: '苏B00002', name: '王明' }),
      record('3', 'driver', '2026-05-01T00:00:00Z', { plate: '苏B00003' }),
      record('4', 'driver', '2026-05-02T00:00:00Z', { plate: '苏B00004' }),
      record('5', 'steward', '2026-05-03T00:00:00Z', { name: '王铭' }),
    ])
    const found = Object.fromEntries(survivors.map(({ field, recordId }) => [field, recordId]))
    expect(found).toEqual({ plate: '4', name: '5', mobile: '1' })
  })

  it('are unmasked where anybody shows the whole', () => {
    const [name] = survivorsOf([
      record('1', 'driver', '2026-05-01T00:00:00Z', { name: '王*' }),
      record('2', 'lead', '2026-04-01T00:00:00Z', { name: '王明' }),
    ])
    expect(name).toMatchObject({ value: '王明', recordId: '2' })
  })

  it('compare instants, not how they are written', () => {
    const [name] = survivorsOf([
      record('1', 'driver', '2026-01-01T00:00:00Z', { name: '王明' }),
      record('2', 'driver', '2026-01-01T07:00:00+08:00', { name: '王铭' }),
    ])
    expect(name).toMatchObject({ recordId: '1' })
  })

  it('are the same in whatever order the records come, and each is what its record says', () => {
    fc.assert(
      fc.property(records, fc.infiniteStream(fc.nat()), (all, keys) => {
        const shuffled = all.map((each) => ({ each, key: keys.next().value })).sort((x, y) => x.key - y.key)
        const survivors = survivorsOf(all)
        expect(survivorsOf(shuffled.map(({ each }) => each))).toEqual(survivors)
        const said = fields.filter((field) => all.some(({ values }) => values[field]))
        expect(survivors.map(({ field }) => field)).toEqual(said)
        for (const { field, value, recordId } of survivors) {
          expect(all.find(({ id }) => id === recordId)?.values[field]).toBe(value)
        }
      }),
    )
  })

  it('follow a choice exactly while its record is there and says something', () => {
    fc.assert(
      fc.property(records, fc.constantFrom(...fields), fc.nat(), (all, field, at) => {
        const chosen = all[at % all.length]!
        const choice = { [field]: chosen.id }
        const own = survivorsOf(all, choice).find((survivor) => survivor.field === field)
        if (chosen.values[field]) expect(own).toMatchObject({ recordId: chosen.id, by: 'chosen' })
        else expect(own?.by ?? 'rule').toBe('rule')
        const others = all.filter(({ id }) => id !== chosen.id)
        expect(survivorsOf(others, choice)).toEqual(survivorsOf(others))
      }),
    )
  })
})
