import { describe, expect, it } from '@jest/globals'
import { divisionNames } from './division-names.ts'
import { divisionInWords } from './division-words.ts'

describe('divisionInWords', () => {
  it.each([
    ['江苏省无锡市滨湖区雪浪街道', '320211'],
    ['江苏无锡滨湖区', '320211'],
    ['无锡市 锡山区', '320205'],
    ['江阴', '320281'],
    ['苏州', '320500'],
    ['内蒙古自治区呼和浩特市', '150000'],
    ['广西', '450000'],
    ['安徽省合肥市滨湖区', '340000'],
    ['320211', '320211'],
  ])('%s is %s', (text, code) => expect(divisionInWords(text)?.value).toBe(code))

  it.each(['', '滨湖', '东京', '990000', '12'])('%j is none that is known', (text) =>
    expect(divisionInWords(text)).toBeUndefined(),
  )

  it('reads every name that is known', () => {
    for (const [code, name] of divisionNames) expect([name, divisionInWords(name)?.value]).toEqual([name, code])
  })
})
