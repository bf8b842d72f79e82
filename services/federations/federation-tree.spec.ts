import { describe, expect, test } from '@jest/globals'
import { type FederationRow, FederationTree, InvalidFederationTree } from './federation-tree.ts'

const row = (id: string, parentId: string | null, rest: Partial<FederationRow> = {}): FederationRow => ({
  id,
  parentId,
  name: { zh: id, en: id },
  kind: 'general-union',
  level: 'district',
  place: null,
  division: null,
  formerDivisions: [],
  platePrefixes: [],
  admitsMembers: true,
  industries: ['road-freight'],
  platforms: [],
  sample: false,
  ...rest,
})

const rows = [
  row('js', null, { level: 'province', division: '320000' }),
  row('wx', 'js', { level: 'city', division: '320200', platePrefixes: ['苏B'] }),
  row('liangxi', 'wx', { division: '320213', formerDivisions: ['320202'] }),
  row('guangyi', 'liangxi', {
    level: 'street',
    division: '320213025',
    place: { zh: '广益街道', en: 'Guangyi Subdistrict' },
  }),
  row('drivers', 'wx', { level: 'enterprise', kind: 'joint-grassroots', platforms: ['yunmanman'] }),
]

describe('FederationTree', () => {
  const tree = new FederationTree(rows)

  test('knows the way up, nearest first, and what lies within what', () => {
    expect(tree.root.id).toBe('js')
    expect(tree.pathTo('guangyi')).toEqual(['guangyi', 'liangxi', 'wx', 'js'])
    expect(tree.pathTo('nobody')).toEqual([])
    expect(tree.isWithin('guangyi', 'wx')).toBe(true)
    expect(tree.isWithin('wx', 'wx')).toBe(true)
    expect(tree.isWithin('wx', 'guangyi')).toBe(false)
    expect(tree.childrenOf('wx').map(({ id }) => id)).toEqual(['drivers', 'liangxi'])
    expect(tree.nearest('guangyi', ({ level }) => level === 'city')?.id).toBe('wx')
    expect(tree.nearest('wx', ({ level }) => level === 'street')).toBeUndefined()
  })

  test.each([
    ['320213025', 'guangyi'],
    ['320213999', 'liangxi'],
    ['320213', 'liangxi'],
    ['320202', 'liangxi'],
    ['320299', 'wx'],
    ['320100', 'js'],
    ['440100', undefined],
  ])('finds the narrowest area that contains %s', (code, id) => {
    expect(tree.ofDivision(code)?.id).toBe(id)
  })

  test('finds unions by plate, street name and platform', () => {
    expect(tree.ofPlate('苏B')?.id).toBe('wx')
    expect(tree.ofPlate('粤A')).toBeUndefined()
    expect(tree.ofStreetName('广益街道').map(({ id }) => id)).toEqual(['guangyi'])
    expect(tree.ofPlatform('yunmanman').map(({ id }) => id)).toEqual(['drivers'])
    expect(tree.ofPlatform('other')).toEqual([])
  })

  test('does not depend on the order of the rows', () => {
    const reversed = new FederationTree(rows.toReversed())
    expect(reversed.childrenOf('wx')).toEqual(tree.childrenOf('wx'))
    expect(reversed.pathTo('guangyi')).toEqual(tree.pathTo('guangyi'))
  })

  test.each([
    ['no_root', []],
    ['several_roots', [row('a', null), row('b', null)]],
    ['unknown_parent', [row('a', null), row('b', 'c')]],
    ['cycle', [row('a', null), row('b', 'c'), row('c', 'b')]],
    ['cycle', [row('a', 'a')]],
    ['duplicate_id', [row('a', null), row('a', null)]],
    ['duplicate_area', [row('a', null, { division: '320200' }), row('b', 'a', { formerDivisions: ['320200'] })]],
    ['duplicate_area', [row('a', null, { platePrefixes: ['苏B'] }), row('b', 'a', { platePrefixes: ['苏B'] })]],
  ])('refuses rows that are no tree: %s', (code, faulty) => {
    expect(() => new FederationTree(faulty)).toThrow(InvalidFederationTree)
    expect(() => new FederationTree(faulty)).toThrow(expect.objectContaining({ code }))
  })
})
