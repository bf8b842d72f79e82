import { describe, expect, test } from '@jest/globals'
import { FederationTree } from './federation-tree.ts'
import { wuxiFederations } from './wuxi-federations.ts'

describe('the federations of Wuxi', () => {
  const tree = new FederationTree(wuxiFederations)
  const ofLevel = (level: string) => wuxiFederations.filter((row) => row.level === level)

  test('form one tree below the province, with the city and its two industry federations', () => {
    expect(tree.pathTo('wx-freight')).toEqual(['wx-freight', 'wx', 'js'])
    expect(tree.byId('wx-newforms')?.name.zh).toBe('无锡市新就业形态劳动者行业工会联合会')
    expect(tree.ofPlate('苏B')?.id).toBe('wx')
  })

  test.each([
    ['320205', '无锡市锡山区总工会'],
    ['320206', '无锡市惠山区总工会'],
    ['320211', '无锡市滨湖区总工会'],
    ['320213', '无锡市梁溪区总工会'],
    ['320214', '无锡市新吴区总工会'],
    ['320281', '江阴市总工会'],
    ['320282', '宜兴市总工会'],
    ['320204', '无锡市梁溪区总工会'],
  ])('%s belongs to %s', (code, name) => {
    expect(tree.ofDivision(code)?.name.zh).toBe(name)
  })

  test('every district has a new-forms federation; the zone without a code has streets all the same', () => {
    const districts = ofLevel('district').filter(({ kind }) => kind === 'general-union')
    expect(districts).toHaveLength(8)
    for (const { id } of districts) expect(tree.byId(`${id}-newforms`)?.parentId).toBe(id)
    expect(tree.byId('wx-jingkai')?.division).toBeNull()
    expect(tree.ofStreetName('华庄街道')[0]?.parentId).toBe('wx-jingkai')
  })

  test('every street and town lies in the district of its code, those of the zone excepted', () => {
    const streets = ofLevel('street')
    expect(streets).toHaveLength(72)
    const elsewhere = streets.filter(
      ({ parentId, division }) => tree.ofDivision(division!.slice(0, 6))?.id !== parentId,
    )
    expect(elsewhere.map(({ id }) => id)).toEqual(['wx-jingkai-huazhuang', 'wx-jingkai-taihu'])
  })

  test('ids are slugs without an area code, and every invented union says so in its name', () => {
    for (const { id, sample, name } of wuxiFederations) {
      expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/)
      expect(name.zh.includes('样例')).toBe(sample)
    }
  })
})
