import { describe, expect, test } from '@jest/globals'
import { Division, districtsOfWuxi } from './division.ts'
import { divisionNames } from './division-names.ts'

describe('Division', () => {
  test('knows its province, city and name', () => {
    const binhu = Division.parse(' ３２０２１１ ')
    expect(binhu).toMatchObject({
      value: '320211',
      province: '320000',
      city: '320200',
      name: '滨湖区',
      level: 'district',
    })
    expect([Division.parse('320200').level, Division.parse('320000').level]).toEqual(['city', 'province'])
    expect(JSON.stringify({ binhu })).toBe('{"binhu":"320211"}')
  })

  test('takes codes that it has no name for, and calls them by the narrowest one it has', () => {
    expect(Division.parse('320299').name).toBe('无锡市')
    expect(Division.parse('341202').name).toBe('安徽省')
  })

  test.each([
    ['', 'missing'],
    ['3202', 'format'],
    ['无锡市', 'format'],
    ['990000', 'unknown'],
  ])('%j has the fault %s', (text, fault) => {
    expect(() => Division.parse(text)).toThrow(expect.objectContaining({ code: `division.${fault}` }))
  })

  test('lies in itself and in what is above it, never the other way round', () => {
    const [jiangsu, wuxi, binhu, suzhou] = ['320000', '320200', '320211', '320500'].map((code) => Division.parse(code))
    expect([jiangsu!, wuxi!, binhu!].map((above) => binhu!.isWithin(above))).toEqual([true, true, true])
    expect(binhu!.isWithin(suzhou!)).toBe(false)
    expect(wuxi!.isWithin(binhu!)).toBe(false)
    expect(jiangsu!.isWithin(wuxi!)).toBe(false)
    expect(Division.parse('330211').isWithin(jiangsu!)).toBe(false)
  })

  test('the table has the 34 provinces, the 13 cities of Jiangsu and the districts of Wuxi', () => {
    const codes = [...divisionNames.keys()]
    expect(codes.filter((code) => code.endsWith('0000'))).toHaveLength(34)
    expect(codes.filter((code) => /^32(?!00)\d\d00$/.test(code))).toHaveLength(13)
    expect(districtsOfWuxi.map(({ name }) => name).join(' ')).toBe('锡山区 惠山区 滨湖区 梁溪区 新吴区 江阴市 宜兴市')
  })
})
